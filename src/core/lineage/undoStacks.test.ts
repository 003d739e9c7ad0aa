import fc from 'fast-check';
import { expect, it, test } from 'vitest';
import type { OperationId } from '../ids.ts';
import type { Operation, OperationKind } from './operation.ts';
import { stepTitle, undoStacks } from './undoStacks.ts';

function entry(kind: OperationKind, number: number): Operation {
  return { id: `${number}` as OperationId, at: number, kind, title: '', changes: [] };
}

it('reads the same stacks off the log as an editor that keeps them', () => {
  const actions = fc.array(fc.constantFrom<OperationKind>('rename', 'undo', 'redo'));
  fc.assert(
    fc.property(actions, (kinds) => {
      const log: Operation[] = [];
      const undo: Operation[] = [];
      let redo: Operation[] = [];
      for (const kind of kinds) {
        const operation = entry(kind, log.length);
        const [from, to] = kind === 'undo' ? [undo, redo] : [redo, undo];
        if (kind === 'rename') {
          undo.push(operation);
          redo = [];
        } else {
          const target = from.pop();
          if (target === undefined) continue;
          to.push(target);
        }
        log.push(operation);
      }
      expect(undoStacks(log)).toEqual({
        undo: undo.map((one) => [one]),
        redo: redo.map((one) => [one]),
      });
    }),
  );
});

test('operations in a row with one group are one step, taken back and done again whole', () => {
  const inGroup = (number: number, group: string) => ({ ...entry('cascade', number), group });
  const log = [entry('rename', 0), inGroup(1, 'g'), inGroup(2, 'g'), inGroup(3, 'h')];
  expect(undoStacks(log).undo.map((step) => step.map(({ at }) => at))).toEqual([[0], [1, 2], [3]]);
  const twice = [...log, entry('undo', 4), entry('undo', 5)];
  const { undo, redo } = undoStacks(twice);
  expect(undo.map((step) => step.map(({ at }) => at))).toEqual([[0]]);
  expect(redo.map((step) => step.map(({ at }) => at))).toEqual([[3], [1, 2]]);
  // A cascade that goes on after it was redone is still one.
  const on = undoStacks([...twice, entry('redo', 6), inGroup(7, 'g')]).undo;
  expect(on.map((step) => step.map(({ at }) => at))).toEqual([[0], [1, 2, 7]]);
});

test('another operation in between makes two steps of a group', () => {
  const grouped = (number: number) => ({ ...entry('cascade', number), group: 'g', title: 'A' });
  const { undo } = undoStacks([grouped(0), entry('rename', 1), grouped(2), grouped(3)]);
  expect(undo.map((step) => step.length)).toEqual([1, 1, 2]);
  expect(undo.map(stepTitle)).toEqual(['A', '', 'A and 1 more']);
});
