import type { PendingImport } from '../../core/ports/lineageLog.ts';

/** The bytes of a pack: a Blob where the database keeps those well, else an array. */
export type PackValue = Blob | Uint8Array<ArrayBuffer>;

/** What an import has written and not yet committed. */
export interface SessionRecord {
  /** Counts how often the import was opened: a change says that it is alive again. */
  readonly opened: number;
  /** Packs that are removed if it is discarded. */
  readonly packs: readonly number[];
}

/** Every table of the database: docs/storage-format.md says what each value holds. */
export interface Tables {
  packs: { key: number; value: PackValue };
  directories: { key: number; value: Uint8Array<ArrayBuffer> };
  skeletons: { key: string; value: Uint8Array<ArrayBuffer> };
  manifests: { key: string; value: Uint8Array<ArrayBuffer> };
  /** By snapshot and kind: `<snapshot>/<kind>`. */
  derived: { key: string; value: Uint8Array<ArrayBuffer> };
  /** Of nodes, edges and rejections: `node/17`. */
  blocks: { key: string; value: Uint8Array<ArrayBuffer> };
  /** By position in the log, from 0. */
  operations: { key: number; value: Uint8Array<ArrayBuffer> };
  /** Chunks found bad, until they are stored again or found good. */
  suspects: { key: string; value: true };
  pending: { key: string; value: PendingImport };
  sessions: { key: string; value: SessionRecord };
  counters: { key: Counter; value: number };
  names: { key: 'store'; value: string };
}

/**
 * `packs`, `operations`: the next key. `content`: raised by every change of a directory.
 * `removals`: raised whenever a chunk goes. `commits`: raised by every commit. `recordBytes`: bytes
 * of skeletons, manifests and derived values. `models`: nodes.
 */
export type Counter =
  'packs' | 'operations' | 'content' | 'removals' | 'commits' | 'recordBytes' | 'models';

export type TableName = keyof Tables;

const everyTable: Readonly<Record<TableName, true>> = {
  packs: true, directories: true, skeletons: true, manifests: true, derived: true, blocks: true,
  operations: true, suspects: true, pending: true, sessions: true, counters: true, names: true,
}; // prettier-ignore

export const tableNames = Object.keys(everyTable) as TableName[];

export type KeyOf<Name extends TableName> = Tables[Name]['key'];
export type ValueOf<Name extends TableName> = Tables[Name]['value'];

/** Reads of one transaction. Await nothing else inside it: the platform would end it early. */
export interface ReadTransaction {
  get<Name extends TableName>(table: Name, key: KeyOf<Name>): Promise<ValueOf<Name> | undefined>;
  /** Keys, ascending. */
  keys<Name extends TableName>(table: Name): Promise<KeyOf<Name>[]>;
  /** Keys and values, ascending by key. */
  entries<Name extends TableName>(table: Name): Promise<[KeyOf<Name>, ValueOf<Name>][]>;
}

/** Writes take effect together when the transaction ends, or not at all. */
export interface WriteTransaction extends ReadTransaction {
  put<Name extends TableName>(table: Name, key: KeyOf<Name>, value: ValueOf<Name>): void;
  delete<Name extends TableName>(table: Name, key: KeyOf<Name>): void;
  clear(table: TableName): void;
}

/** `strict`: on the disk before it resolves. `relaxed`: with the system, soon on the disk. */
export type Durability = 'strict' | 'relaxed';

/**
 * The few things that the store needs of a database. Everything above this seam is shared by all
 * adapters, so they cannot behave differently.
 */
export interface RecordDatabase {
  read<T>(tables: readonly TableName[], work: (tx: ReadTransaction) => Promise<T>): Promise<T>;

  /**
   * Runs `work` alone among all writers of `tables`. If it rejects, nothing is changed.
   *
   * @throws LineageError `quota-exceeded`, `storage-unavailable`, `storage-newer`.
   */
  write<T>(
    tables: readonly TableName[],
    durability: Durability,
    work: (tx: WriteTransaction) => Promise<T>,
  ): Promise<T>;

  /** A pack's value from the parts of its bytes, joined. Copies them. */
  packValue(parts: readonly Uint8Array<ArrayBuffer>[]): PackValue;

  close(): void;
}
