import type { LineageFile } from '../branchViews.ts';
import type { SnapshotId } from '../ids.ts';
import type { ByteSource } from './modelFormats.ts';

/** A lineage file that was opened: what it says, and where its content lies. Nothing of it is believed. */
export interface LineageArchive {
  /** Its path, for people. */
  readonly path: string;
  readonly file: LineageFile;
  /** The files of a snapshot as slices of the archive, the main one first; undefined where it has none. */
  readonly sources: (snapshot: SnapshotId) => readonly ByteSource[] | undefined;
}
