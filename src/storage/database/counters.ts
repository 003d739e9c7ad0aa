import type { Counter, ReadTransaction, WriteTransaction } from './recordDatabase.ts';

/** A counter's value; 0 before its first change. */
export async function counter(tx: ReadTransaction, name: Counter): Promise<number> {
  return (await tx.get('counters', name)) ?? 0;
}

/** Adds to a counter and gives the value it had. */
export async function raise(tx: WriteTransaction, name: Counter, by = 1): Promise<number> {
  const value = await counter(tx, name);
  if (by !== 0) tx.put('counters', name, value + by);
  return value;
}
