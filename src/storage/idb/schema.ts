import type { DBSchema, IDBPDatabase } from 'idb';
import type { Tables } from '../database/recordDatabase.ts';

/** The database as the platform keeps it: one object store for each table, keys out of line. */
export interface LineageSchema extends DBSchema, Tables {}

/** A step from one version of the schema to the next, inside the upgrade's transaction. */
type Migration = (database: IDBPDatabase<LineageSchema>) => void;

/**
 * Every step since the first version, in order: entry n leads from version n to n + 1. Released
 * steps never change; each has a dump of the version it leads from among the fixtures.
 */
const migrations: readonly Migration[] = [
  (database) => {
    database.createObjectStore('packs');
    database.createObjectStore('directories');
    database.createObjectStore('skeletons');
    database.createObjectStore('manifests');
    database.createObjectStore('derived');
    database.createObjectStore('blocks');
    database.createObjectStore('operations');
    database.createObjectStore('suspects');
    database.createObjectStore('pending');
    database.createObjectStore('sessions');
    database.createObjectStore('counters');
    database.createObjectStore('names');
  },
  // Directories of version 2, whose chunks may have several bases: the tables are the same, but an
  // older app would read them wrongly.
  () => undefined,
];

/** The version that this app writes. */
export const schemaVersion = migrations.length;

/** Brings a database of `oldVersion` (0: a new one) to `schemaVersion`. */
export function migrate(database: IDBPDatabase<LineageSchema>, oldVersion: number): void {
  for (const migration of migrations.slice(oldVersion)) migration(database);
}
