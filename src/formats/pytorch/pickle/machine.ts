import type { LineageError } from '../../../core/lineageError.ts';
import type { FormatFailures } from '../../failures.ts';
import { maxPickleValues } from '../../limits.ts';
import { pickleReader } from './pickleReader.ts';
import type { PickleReader, PickleWindow } from './pickleReader.ts';
import type { PickleValue } from './values.ts';

/** What the unpickler leaves to its caller: which names exist and what becomes of them. */
export interface PickleWorld {
  /** The value for a name. @throws LineageError `pickle-refused` for one outside the list. */
  global(module: string, name: string, at: number): PickleValue;
  /** The result of calling `callee`, or of making an instance of it. @throws likewise. */
  call(callee: PickleValue, args: readonly PickleValue[], at: number): PickleValue;
  /** The value for a persistent id. @throws likewise. */
  persistent(id: PickleValue, at: number): PickleValue;
}

/** The stack machine that a pickle is a program for. Offsets are in the file. */
export interface PickleMachine extends PickleReader {
  readonly world: PickleWorld;
  readonly fail: FormatFailures;
  push(value: PickleValue): void;
  pop(): PickleValue;
  /** The topmost value, left where it is. */
  top(): PickleValue;
  mark(): void;
  /** The values above the last mark; removes them and the mark. */
  popMark(): PickleValue[];
  /** Removes the topmost value, or the mark when that is what is on top. */
  drop(): void;
  remember(index: number): void;
  memoSize(): number;
  recall(index: number): PickleValue;
  broken(reason: string): LineageError<'format-invalid'>;
}

/** A machine at the start of `window`. */
export function pickleMachine(
  window: PickleWindow,
  world: PickleWorld,
  fail: FormatFailures,
): PickleMachine {
  const broken = (reason: string): LineageError<'format-invalid'> =>
    fail.invalid(reader.at(), `the pickle is damaged: ${reason}`);
  const reader = pickleReader(window, broken);
  const stack: PickleValue[] = [];
  const marks: number[] = [];
  const memo = new Map<number, PickleValue>();
  let made = 0;

  function count(): void {
    if (++made > maxPickleValues)
      throw fail.unsupported(reader.at(), `a pickle of more than ${maxPickleValues} values`);
  }

  function present(value: PickleValue | undefined): PickleValue {
    if (value === undefined || stack.length < (marks.at(-1) ?? 0))
      throw broken('it takes a value where there is none');
    return value;
  }

  return {
    ...reader,
    world,
    fail,
    broken,
    push(value) {
      count();
      stack.push(value);
    },
    pop: () => present(stack.pop()),
    top: () => present(stack.length > (marks.at(-1) ?? 0) ? stack.at(-1) : undefined),
    mark() {
      count();
      marks.push(stack.length);
    },
    popMark() {
      const mark = marks.pop();
      if (mark === undefined) throw broken('it returns to a mark where there is none');
      return stack.splice(mark);
    },
    drop() {
      if (stack.length > (marks.at(-1) ?? 0)) stack.pop();
      else if (marks.pop() === undefined) throw broken('it takes a value where there is none');
    },
    remember(index) {
      count();
      memo.set(index, this.top());
    },
    memoSize: () => memo.size,
    recall(index) {
      const value = memo.get(index);
      if (value === undefined) throw broken(`it recalls value ${index}, which was never kept`);
      return value;
    },
  };
}
