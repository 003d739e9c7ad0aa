import type { Operation } from './operation.ts';

/** What can be taken back and done again, latest last. */
export interface UndoStacks {
  readonly undo: readonly Operation[];
  readonly redo: readonly Operation[];
}

/**
 * Reads the undo and redo stacks off the log: an `undo` moves its target to the redo stack, a `redo`
 * moves it back, anything else is a new step and empties the redo stack.
 */
export function undoStacks(log: readonly Operation[]): UndoStacks {
  const undo: Operation[] = [];
  let redo: Operation[] = [];
  for (const operation of log)
    if (operation.kind === 'undo') {
      const target = undo.pop();
      if (target !== undefined) redo.push(target);
    } else if (operation.kind === 'redo') {
      const target = redo.pop();
      if (target !== undefined) undo.push(target);
    } else {
      undo.push(operation);
      redo = [];
    }
  return { undo, redo };
}
