import type { NodeId } from '../../core/ids.ts';
import type {
  LossyCurve,
  LossyOrder,
  LossyPreviewOrder,
  LossyReceipt,
  LossyReport,
} from '../../core/lossyViews.ts';
import type { ModelNode } from '../../core/lineage/graph.ts';
import type { Progress } from '../../core/ports/run.ts';
import { undo } from '../actions/changeLineage.ts';
import { download } from '../actions/exportModels.ts';
import { bytes, counted } from '../format.ts';
import type { Session } from '../session.svelte.ts';
import { followed, type Followed } from '../tasks/followed.ts';
import type { Task } from '../tasks/task.svelte.ts';
import { isLossy } from './lossyModels.ts';

function titleOf(session: Session, nodes: readonly NodeId[]): string {
  const [first] = nodes;
  return nodes.length === 1 && first !== undefined
    ? session.nameOf(first)
    : counted(nodes.length, 'model');
}

/** A card of the tray that leads to the view. */
function addTask(session: Session, title: string): Task {
  return session.addTask(title, () => {
    session.openWork({ is: 'lossy' });
  });
}

/** What the view itself says is not said in the tray as well. */
function leaveTray(session: Session, task: Task): void {
  if (session.work?.is === 'lossy' || task.state.is === 'cancelled') session.dismissTask(task.id);
}

/** How the state that follows a preview is told. */
export interface PreviewEars {
  readonly started: (task: Task) => void;
  /** Of each model, as soon as it is known. */
  readonly found: (curve: LossyCurve) => void;
}

/** Finds what models would take at several ε, one model after another; what was found before a stop stays. */
export async function previewLossy(
  session: Session,
  { nodes, options, ...rest }: LossyPreviewOrder,
  { started, found }: PreviewEars,
): Promise<Followed<number>> {
  const title = titleOf(session, nodes);
  const task = addTask(
    session,
    rest.tests === true ? `Tests of ${title} with loss` : `Sizes of ${title} with loss`,
  );
  started(task);
  const result = await followed(
    session,
    task,
    async ({ signal, onProgress }) => {
      const total = nodes.length * options.length;
      for (const [at, node] of nodes.entries()) {
        signal.throwIfAborted();
        const told = ({ step, done }: Progress) => {
          onProgress({ step, done: at * options.length + done, total, unit: 'steps' });
        };
        const call = { ...rest, signal, onProgress: told };
        const curves = await session.mgit.lossy.preview(node, options, call);
        for (const curve of curves) found(curve);
      }
      return total;
    },
    () => `${counted(options.length, 'ε', 'ε')} tried on ${counted(nodes.length, 'model')}`,
  );
  leaveTray(session, task);
  return result;
}

/** Made and rejected, in words. */
export function reportText({ results, storedBytes }: LossyReport): string {
  const made = results.filter(({ is }) => is === 'made').length;
  const rejected = results.length - made;
  if (made === 0) return `No lossy model made: ${rejected} rejected`;
  return [
    `${counted(made, 'lossy model')} made, ${bytes(storedBytes)} more stored`,
    ...(rejected > 0 ? [`${rejected} rejected`] : []),
  ].join('; ');
}

/** Makes lossy models, reads the graph again, and says what came of it with a way back. */
export async function makeLossy(
  session: Session,
  { nodes, ...order }: LossyOrder,
  started: (task: Task) => void,
): Promise<Followed<LossyReport>> {
  const before = session.nodes;
  const task = addTask(session, `Lossy models of ${titleOf(session, nodes)}`);
  started(task);
  const result = await followed(
    session,
    task,
    (run) => session.mgit.lossy.make(nodes, { ...order, ...run }),
    reportText,
  );
  await session.refresh();
  leaveTray(session, task);
  if (result.is === 'failed') return result;
  if (result.is === 'cancelled') {
    stopped(session, before);
    return result;
  }
  const made = result.value.results.some(({ is }) => is === 'made');
  session.toasts.add({
    tone: made ? 'success' : 'info',
    text: reportText(result.value),
    ...(made ? { action: { label: 'Undo', run: () => void undo(session) } } : {}),
  });
  return result;
}

/** What was made before a stop stays. */
function stopped(session: Session, before: ReadonlyMap<NodeId, ModelNode>): void {
  const made = [...session.nodes.values()].filter((node) => isLossy(node) && !before.has(node.id));
  session.toasts.add({
    tone: 'info',
    text:
      made.length === 0
        ? 'Stopped before a lossy model was made.'
        : `Stopped. ${counted(made.length, 'lossy model')} made before that stays.`,
    ...(made.length === 0 ? {} : { action: { label: 'Undo', run: () => void undo(session) } }),
  });
}

/** Gives originals their place back: the lossy models go. Selects the originals. */
export async function promoteOriginals(session: Session, lossy: readonly NodeId[]): Promise<void> {
  const title = titleOf(session, lossy);
  try {
    const originals = await session.mgit.lossy.promote(lossy);
    await session.refresh();
    session.select(originals);
    session.toasts.add({
      tone: 'success',
      text: `${titleOf(session, originals)} has its place back`,
      detail: `${title} is no model of the lineage any more.`,
      action: { label: 'Undo', run: () => void undo(session) },
    });
  } catch (error) {
    session.toasts.failed(error);
  }
}

/**
 * Lets originals go; the lossy models stay in their places.
 *
 * @throws LineageError `lossy-refused`, `node-missing`.
 */
export async function releaseOriginals(session: Session, lossy: readonly NodeId[]): Promise<void> {
  const released = await session.mgit.lossy.release(lossy);
  await session.refresh();
  session.toasts.add({
    tone: 'info',
    text: `${counted(released.length, 'original')} released`,
    detail: 'Undo can bring that back until “Free space” is told to forget removed models.',
    action: { label: 'Undo', run: () => void undo(session) },
  });
}

/** Saves a lossy model's receipt as a JSON file. */
export function downloadReceipt(model: string, receipt: LossyReceipt): void {
  const name = `${model.replace(/[^\p{L}\p{N}._-]+/gu, '-')}.receipt.json`;
  const text = JSON.stringify({ model, ...receipt }, undefined, 2);
  download(new File([text], name, { type: 'application/json' }));
}
