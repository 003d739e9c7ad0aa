import type { Operation } from './operation.ts';

/** Operations that are taken back and done again together, in the order they were done; mostly one. */
export type UndoStep = readonly [Operation, ...Operation[]];

/** What can be taken back and done again, latest last. */
export interface UndoStacks {
  readonly undo: readonly UndoStep[];
  readonly redo: readonly UndoStep[];
}

/**
 * Reads the undo and redo stacks off the log: an `undo` moves a step to the redo stack, a `redo` moves it
 * back, anything else is a new step and empties the redo stack. Operations in a row with one group are one
 * step: with another operation in between they are two.
 */
export function undoStacks(log: readonly Operation[]): UndoStacks {
  const undo: UndoStep[] = [];
  let redo: UndoStep[] = [];
  for (const operation of log)
    if (operation.kind === 'undo') {
      const step = undo.pop();
      if (step !== undefined) redo.push(step);
    } else if (operation.kind === 'redo') {
      const step = redo.pop();
      if (step !== undefined) undo.push(step);
    } else {
      const last = undo.at(-1);
      if (last !== undefined && operation.group !== undefined && last[0].group === operation.group)
        undo[undo.length - 1] = [...last, operation];
      else undo.push([operation]);
      redo = [];
    }
  return { undo, redo };
}

/** What a step is called: its first operation, and how many came with it. */
export function stepTitle([first, ...others]: UndoStep): string {
  return others.length === 0 ? first.title : `${first.title} and ${others.length} more`;
}
