import { canonicalText } from '../../core/canonical.ts';
import { isLineageError, type FailureCode } from '../../core/lineageError.ts';
import type { RecordDatabase } from '../database/recordDatabase.ts';
import type { Stores } from '../openStores.ts';

/** One place for a store, empty at first, on which several are opened as tabs are. */
export interface StoreBench {
  open(options?: { readonly now?: () => number }): Promise<Stores>;
  /** The records below the store, for a look inside and for doing damage. */
  raw(): Promise<RecordDatabase>;
  /** Closes everything opened; the place may go. */
  end(): Promise<void>;
}

/** A promise of the store, checked without a test framework so that it runs in a browser as well. */
export interface StoreCheck {
  readonly name: string;
  readonly run: (bench: StoreBench) => Promise<void>;
}

/** @throws Error unless both are the same as plain data. */
export function equal(actual: unknown, expected: unknown): void {
  const [a, b] = [textOf(actual), textOf(expected)];
  if (a !== b) throw new Error(`expected ${b.slice(0, 500)}, got ${a.slice(0, 500)}`);
}

/** @throws Error unless both hold the same bytes. */
export function equalContent(actual: Uint8Array, expected: Uint8Array): void {
  const same = actual.length === expected.length && actual.every((b, at) => b === expected[at]);
  if (!same) throw new Error('the bytes differ');
}

/** @throws Error unless `work` rejects with this code. */
export async function fails(code: FailureCode, work: Promise<unknown>): Promise<void> {
  const outcome = await work.then(
    () => 'it was fulfilled',
    (error: unknown) => (isLineageError(error, code) ? undefined : String(error)),
  );
  if (outcome !== undefined) throw new Error(`expected ${code}: ${outcome}`);
}

function textOf(value: unknown): string {
  return value === undefined ? 'undefined' : canonicalText(value);
}
