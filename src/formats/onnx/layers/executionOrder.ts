import type { Failure } from '../wire/failure.ts';
import type { FlatOp } from './flatGraph.ts';

/**
 * The operators of one graph so that each comes after those whose values it reads.
 *
 * The file's order is kept where it is one. Linear in operators and inputs; no recursion.
 *
 * @throws LineageError `format-invalid` for a cycle, naming an operator on it or behind it.
 */
export function executionOrder(ops: readonly FlatOp[], failure: Failure): readonly FlatOp[] {
  const producer = new Map<number, number>();
  for (const [index, op] of ops.entries())
    for (const value of op.outputs) if (value >= 0) producer.set(value, index);
  const reads = (op: FlatOp): number[] =>
    [...op.inputs, ...op.captured].flatMap((value) => producer.get(value) ?? []);
  if (ops.every((op, index) => reads(op).every((from) => from < index))) return ops;

  const waitsFor = new Int32Array(ops.length);
  const readers: number[][] = ops.map(() => []);
  for (const [index, op] of ops.entries())
    for (const from of reads(op)) {
      waitsFor[index] = (waitsFor[index] as number) + 1;
      readers[from]?.push(index);
    }
  const order = ops.flatMap((_, index) => (waitsFor[index] === 0 ? [index] : []));
  // `order` grows while it is walked.
  for (const index of order)
    for (const reader of readers[index] ?? []) {
      waitsFor[reader] = (waitsFor[reader] as number) - 1;
      if (waitsFor[reader] === 0) order.push(reader);
    }
  if (order.length < ops.length) {
    const stuck = ops.find((_, index) => (waitsFor[index] as number) > 0);
    throw failure.invalid(
      stuck?.at ?? 0,
      `the graph has a cycle: ${stuck?.name || stuck?.type || 'a node'} waits for its own output`,
    );
  }
  return order.map((index) => ops[index] as FlatOp);
}
