import type { LineageError } from '../../../core/lineageError.ts';
import type { FormatFailures } from '../../failures.ts';
import { maxPickleValues } from '../../limits.ts';
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

/** Thrown where the bytes at hand end before the pickle does, though the file goes on. */
export class WindowEnd extends Error {}

/** The stack machine that a pickle is a program for. Offsets are in the file. */
export interface PickleMachine {
  readonly world: PickleWorld;
  readonly fail: FormatFailures;
  /** Offset of the opcode that is being run. */
  readonly at: () => number;
  /** The next `length` bytes; a view. */
  take(length: number): Uint8Array;
  takeView(length: number): DataView;
  /** The bytes up to the next line feed, without it. */
  takeLine(): Uint8Array;
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
  refuse(what: string): LineageError<'pickle-refused'>;
  broken(reason: string): LineageError<'format-invalid'>;
}

/** Where the pickle lies. */
export interface PickleWindow {
  /** The bytes at hand; they begin at `origin` of the file. */
  readonly bytes: Uint8Array;
  readonly origin: number;
  /** Bytes that the file (or zip entry) has from `origin` on. */
  readonly available: number;
}

/** A machine at the start of `window`, and its position in it. */
export function pickleMachine(
  window: PickleWindow,
  world: PickleWorld,
  fail: FormatFailures,
  refuse: (at: number, what: string) => LineageError<'pickle-refused'>,
): { machine: PickleMachine; step: () => number; position: () => number } {
  const { bytes, origin } = window;
  const whole = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stack: PickleValue[] = [];
  const marks: number[] = [];
  const memo = new Map<number, PickleValue>();
  let at = 0;
  let opcodeAt = 0;
  let made = 0;

  const broken = (reason: string): LineageError<'format-invalid'> =>
    fail.invalid(origin + opcodeAt, `the pickle is damaged: ${reason}`);

  function advance(length: number): number {
    if (at + length > window.available) throw broken('it is cut off');
    if (at + length > bytes.length) throw new WindowEnd();
    at += length;
    return at - length;
  }

  function count(): void {
    if (++made > maxPickleValues)
      throw fail.unsupported(origin + opcodeAt, `a pickle of more than ${maxPickleValues} values`);
  }

  const machine: PickleMachine = {
    world,
    fail,
    at: () => origin + opcodeAt,
    take(length) {
      const start = advance(length);
      return bytes.subarray(start, start + length);
    },
    takeView(length) {
      const start = advance(length);
      return new DataView(whole.buffer, whole.byteOffset + start, length);
    },
    takeLine() {
      const end = bytes.indexOf(0x0a, at);
      if (end < 0) {
        advance(bytes.length - at + 1);
        throw new WindowEnd();
      }
      const start = advance(end + 1 - at);
      return bytes.subarray(start, end);
    },
    push(value) {
      count();
      stack.push(value);
    },
    pop() {
      const value = stack.length > (marks.at(-1) ?? 0) ? stack.pop() : undefined;
      if (value === undefined) throw broken('it takes a value where there is none');
      return value;
    },
    top() {
      const value = stack.length > (marks.at(-1) ?? 0) ? stack.at(-1) : undefined;
      if (value === undefined) throw broken('it takes a value where there is none');
      return value;
    },
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
      memo.set(index, machine.top());
    },
    memoSize: () => memo.size,
    recall(index) {
      const value = memo.get(index);
      if (value === undefined) throw broken(`it recalls value ${index}, which was never kept`);
      return value;
    },
    refuse: (what) => refuse(origin + opcodeAt, what),
    broken,
  };
  const step = (): number => {
    opcodeAt = at;
    return bytes[advance(1)] ?? 0;
  };
  return { machine, step, position: () => origin + at };
}
