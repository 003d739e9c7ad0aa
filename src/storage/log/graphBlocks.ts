import { canonicalText } from '../../core/canonical.ts';
import { isLineageError, LineageError } from '../../core/lineageError.ts';
import type { Change, Operation } from '../../core/lineage/operation.ts';
import { counter } from '../database/counters.ts';
import type { ReadTransaction, WriteTransaction } from '../database/recordDatabase.ts';
import { decodeChecked, encodeChecked } from '../records/checkedJson.ts';
import { blockKey, recordKey, type Block, type GraphRecord } from './blocks.ts';

/** A record's order is its operation's position in the log times this, plus its place in there. */
const orderStep = 2 ** 24;

/** A block that could not be read, or one that was. */
export type ReadBlock =
  | { readonly key: string; readonly block: Block }
  | { readonly key: string; readonly damage: LineageError };

/** Reads a stored block. */
export function decodeBlock(key: string, bytes: Uint8Array | undefined): ReadBlock {
  if (bytes === undefined) return { key, block: new Map() };
  try {
    const rows = decodeChecked('blocks', key, bytes) as [string, number, GraphRecord][];
    return { key, block: new Map(rows.map(([id, order, record]) => [id, { order, record }])) };
  } catch (error) {
    if (isLineageError(error)) return { key, damage: error };
    throw error;
  }
}

/** A block's stored form: rows of key, order and record. */
export function encodeBlock(block: Block): Uint8Array<ArrayBuffer> {
  return encodeChecked([...block].map(([id, { order, record }]) => [id, order, record]));
}

/** All operations, oldest first. @throws LineageError `record-corrupt`. */
export async function readOperations(tx: ReadTransaction): Promise<Operation[]> {
  const entries = await tx.entries('operations');
  return entries.map(([at, bytes]) => decodeChecked('operations', String(at), bytes) as Operation);
}

/** Makes a damaged block again from the log, which says how every record came to be as it is. */
export async function rebuildBlock(tx: ReadTransaction, key: string): Promise<Block> {
  const block: Block = new Map();
  const operations = await readOperations(tx);
  for (const [position, { changes }] of operations.entries())
    for (const [index, change] of changes.entries())
      if (blockKey(change.of, recordKey(change)) === key)
        setRecord(block, change, position * orderStep + index);
  return block;
}

/**
 * Applies `changes` to the stored blocks they touch.
 *
 * @returns by how much the number of nodes grows.
 * @throws LineageError `operation-conflict` where a `before` is not what is stored.
 */
export async function applyToBlocks(tx: WriteTransaction, operation: Operation): Promise<number> {
  const { changes } = operation;
  const keys = [...new Set(changes.map((change) => blockKey(change.of, recordKey(change))))];
  const blocks = new Map<string, Block>();
  const stored = await Promise.all(keys.map((key) => tx.get('blocks', key)));
  for (const [at, key] of keys.entries()) {
    const read = decodeBlock(key, stored[at]);
    blocks.set(key, 'block' in read ? read.block : await rebuildBlock(tx, key));
  }
  let order = (await counter(tx, 'operations')) * orderStep;
  for (const change of changes) {
    const block = blocks.get(blockKey(change.of, recordKey(change))) ?? new Map<never, never>();
    refuseConflict(block, change, operation);
    setRecord(block, change, order++);
  }
  for (const [key, block] of blocks) {
    if (block.size === 0) tx.delete('blocks', key);
    else tx.put('blocks', key, encodeBlock(block));
  }
  return changes.reduce((sum, change) => sum + nodesAdded(change), 0);
}

function refuseConflict(block: Block, change: Change, operation: Operation): void {
  const key = recordKey(change);
  const found = block.get(key)?.record;
  if (textOf(found) === textOf(change.before)) return;
  const what = `${change.of} ${key}`;
  throw new LineageError('operation-conflict', { operation: operation.id, what });
}

function textOf(record: GraphRecord | undefined): string | undefined {
  return record === undefined ? undefined : canonicalText(record);
}

/** Puts or removes a record; one that is replaced keeps its place in the order. */
function setRecord(block: Block, change: Change, order: number): void {
  const key = recordKey(change);
  const { after } = change;
  if (after === undefined) block.delete(key);
  else block.set(key, { order: block.get(key)?.order ?? order, record: after });
}

function nodesAdded(change: Change): number {
  if (change.of !== 'node') return 0;
  return Number(change.after !== undefined) - Number(change.before !== undefined);
}
