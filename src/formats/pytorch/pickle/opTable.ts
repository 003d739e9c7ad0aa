import type { PickleMachine } from './machine.ts';

/** What one opcode does. */
export type PickleOp = (machine: PickleMachine) => void;

/** Opcodes by their byte, from pairs in which a printable one is written as its character. */
export function opTable(
  ops: readonly (readonly [code: string | number, op: PickleOp])[],
): ReadonlyMap<number, PickleOp> {
  return new Map(
    ops.map(([code, op]) => [typeof code === 'string' ? code.charCodeAt(0) : code, op]),
  );
}
