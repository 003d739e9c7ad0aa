import { createModels, replay } from '../actions/makeModels.ts';
import type { Session } from '../session.svelte.ts';
import { listModels } from '../models/listModels.ts';
import { commands } from './commands.ts';
import { keysText } from './keys.ts';
import { readTyped, type TypedAct, type TypedCommand } from './typed.ts';

/** A line of the palette. */
export interface Entry {
  readonly id: string;
  readonly title: string;
  readonly note: string;
  readonly disabled: boolean;
  readonly run: () => void;
}

/** Models listed under the commands at most. */
const mostModels = 30;

async function runTyped(session: Session, typed: TypedCommand): Promise<void> {
  if (typed.act !== undefined) {
    act(session, typed.title, typed.act);
    return;
  }
  try {
    await typed.run?.(session.mgit);
    await session.refresh();
    session.toasts.add({ tone: 'success', text: `Done: ${typed.title}` });
  } catch (error) {
    session.toasts.failed(error);
  }
}

function act(session: Session, title: string, typed: TypedAct): void {
  if (typed.is === 'try') session.open(typed.node, 'try');
  else if (typed.is === 'work') session.openWork(typed.work);
  else if (typed.is === 'side') session.openSide(typed.side);
  else if (typed.is === 'replay') void replay(session, typed.node);
  else {
    const { function: fn, parents, data } = typed;
    void createModels(session, title, { function: fn, parents, data });
  }
}

/** What the palette offers for a query: a typed command first, then commands, then models. */
export function paletteEntries(session: Session, query: string): Entry[] {
  const text = query
    .trim()
    .toLowerCase()
    .replace(/^mgit\s+/, '');
  const typed = readTyped(query, session.graph);
  const first: Entry[] = typed
    ? [{ id: 'typed', title: typed.title, note: 'command', disabled: !typed.run && !typed.act, run: () => void runTyped(session, typed) }]
    : []; // prettier-ignore
  const found = commands
    .filter(
      ({ id, title, typed: word = '' }) =>
        id !== 'palette' &&
        (word.startsWith(text) ||
          text.split(/\s+/).every((part) => title.toLowerCase().includes(part))),
    )
    .map((command) => ({
      id: command.id,
      title: command.title,
      note: command.keys ? keysText(command.keys) : command.typed ? `mgit ${command.typed}` : '',
      disabled: command.can?.(session) === false,
      run: () => {
        command.run(session);
      },
    }));
  const models =
    text === ''
      ? []
      : listModels(session.graph.nodes, text, '', 'name')
          .slice(0, mostModels)
          .map((node) => ({
            id: `model ${node.id}`,
            title: node.name,
            note: 'model',
            disabled: false,
            run: () => {
              session.open(node.id);
            },
          }));
  return [
    ...first,
    ...found.filter((entry) => !entry.disabled),
    ...models,
    ...found.filter((entry) => entry.disabled),
  ];
}
