import type { NodeId } from '../../core/ids.ts';
import type { Edge, EdgeKind } from '../../core/lineage/graph.ts';
import type { ProvenanceRole } from '../../core/lineage/provenanceRole.ts';
import type { OrphanPolicy } from '../../core/views.ts';
import { counted } from '../format.ts';
import type { Mgit } from '../mgit.ts';
import type { Session } from '../session.svelte.ts';

/** Makes a change and says so, with a way back. Rejects as the change does. */
async function change(session: Session, text: string, work: (mgit: Mgit) => Promise<unknown>) {
  await work(session.mgit);
  await session.refresh();
  session.toasts.add({
    tone: 'info',
    text,
    action: {
      label: 'Undo',
      run: () => {
        void undo(session);
      },
    },
  });
}

/** As `change`, but what goes wrong is shown as a toast. Tells whether it was done. */
export async function tryChange(
  session: Session,
  text: string,
  work: (mgit: Mgit) => Promise<unknown>,
) {
  try {
    await change(session, text, work);
    return true;
  } catch (error) {
    session.toasts.failed(error);
    return false;
  }
}

async function walkLog(session: Session, direction: 'undo' | 'redo'): Promise<void> {
  try {
    const entry = await session.mgit[direction]();
    await session.refresh();
    const back = direction === 'undo' ? 'redo' : 'undo';
    session.toasts.add({
      tone: 'info',
      text: `${direction === 'undo' ? 'Undone' : 'Done again'}: ${entry.title}`,
      action: {
        label: back === 'redo' ? 'Redo' : 'Undo',
        run: () => {
          void walkLog(session, back);
        },
      },
    });
  } catch (error) {
    session.toasts.failed(error);
  }
}

export const undo = (session: Session) => walkLog(session, 'undo');
export const redo = (session: Session) => walkLog(session, 'redo');

/** @throws LineageError `name-taken`, `name-invalid`, `node-missing`. */
export function rename(session: Session, id: NodeId, name: string): Promise<void> {
  const before = session.nameOf(id);
  return change(session, `Renamed ${before} to ${name}`, (mgit) => mgit.rename(id, name));
}

export function annotate(session: Session, id: NodeId, notes: string): Promise<boolean> {
  return tryChange(session, `Notes of ${session.nameOf(id)} saved`, (mgit) =>
    mgit.annotate(id, notes),
  );
}

export function addTag(session: Session, ids: readonly NodeId[], tag: string): Promise<boolean> {
  return tryChange(session, `Tagged ${counted(ids.length, 'model')} ${tag}`, (mgit) =>
    mgit.tag(ids, [tag]),
  );
}

export function removeTag(session: Session, ids: readonly NodeId[], tag: string): Promise<boolean> {
  return tryChange(session, `Tag ${tag} taken off`, (mgit) => mgit.tag(ids, [], [tag]));
}

export function setModelType(
  session: Session,
  ids: readonly NodeId[],
  modelType: string,
): Promise<boolean> {
  const type = modelType.trim() === '' ? undefined : modelType.trim();
  return tryChange(
    session,
    type === undefined ? 'Model type cleared' : `Model type: ${type}`,
    (mgit) => mgit.setModelType(ids, type),
  );
}

/** @throws LineageError `lineage-cycle`, `edge-exists`, `lineage-invalid`, `node-missing`. */
export function connect(
  session: Session,
  kind: EdgeKind,
  from: NodeId,
  to: NodeId,
  role?: ProvenanceRole,
): Promise<void> {
  const text = `Connected ${session.nameOf(from)} → ${session.nameOf(to)}`;
  return change(session, text, (mgit) =>
    mgit.connect(kind, from, to, role === undefined ? {} : { role }),
  );
}

const judged = {
  confirm: 'Confirmed',
  reverse: 'Reversed',
  reject: 'Rejected',
  disconnect: 'Disconnected',
} as const;

/** A person's word on an edge. */
export function judge(
  session: Session,
  verdict: keyof typeof judged,
  edge: Edge,
): Promise<boolean> {
  const { kind, from, to } = edge;
  const text = `${judged[verdict]}: ${session.nameOf(from)} → ${session.nameOf(to)}`;
  return tryChange(session, text, (mgit) => mgit[verdict](kind, from, to));
}

/** @throws LineageError `lineage-invalid`, `node-missing`. */
export function removeModels(
  session: Session,
  ids: readonly NodeId[],
  orphans: OrphanPolicy,
): Promise<void> {
  return change(session, `Removed ${counted(ids.length, 'model')}`, (mgit) =>
    mgit.remove(ids, { orphans }),
  );
}
