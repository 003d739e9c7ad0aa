import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { OperationId } from '../ids.ts';
import type { Operation, OperationKind } from './operation.ts';
import { undoStacks } from './undoStacks.ts';

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
      expect(undoStacks(log)).toEqual({ undo, redo });
    }),
  );
});
