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

  const { order, stuck } = sorted(ops.map(reads));
  const first = ops[stuck];
  if (first !== undefined)
    throw failure.invalid(
      first.at,
      `the graph has a cycle: ${first.name || first.type} waits for its own output`,
    );
  return order.map((index) => ops[index] as FlatOp);
}

/** Kahn's algorithm. `stuck` is the first that waits for ever, or -1. */
function sorted(reads: readonly (readonly number[])[]) {
  const waitsFor = Int32Array.from(reads, (from) => from.length);
  const readers: number[][] = reads.map(() => []);
  for (const [index, sources] of reads.entries())
    for (const from of sources) readers[from]?.push(index);
  const order = reads.flatMap((sources, index) => (sources.length === 0 ? [index] : []));
  // `order` grows while it is walked.
  for (const index of order)
    for (const reader of readers[index] as number[]) {
      const left = (waitsFor[reader] as number) - 1;
      waitsFor[reader] = left;
      if (left === 0) order.push(reader);
    }
  return { order, stuck: waitsFor.findIndex((left) => left > 0) };
}
