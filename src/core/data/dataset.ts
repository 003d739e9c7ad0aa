import type { DatasetId, SnapshotId } from '../ids.ts';

/** What an example of a data set is. */
export type DataKind = 'table' | 'images' | 'audio' | 'text';

/**
 * How the files of a data set are read, as data: part of a recipe, so that a replay reads the same.
 * Every member is settled (found or chosen) when the data set is added.
 */
export type Reading =
  | {
      readonly is: 'delimited';
      readonly delimiter: ',' | '\t' | ';' | ' ';
      readonly header: boolean;
      /** Names in order; from the header, or `c1`, `c2`, … */
      readonly columns: readonly string[];
      /** Column that holds the label, where there is one. */
      readonly label?: string;
    }
  /** MNIST's format: a file of examples and a file of labels, each perhaps gzipped. */
  | { readonly is: 'idx' }
  | { readonly is: 'npy' }
  | { readonly is: 'npz'; readonly inputs: string; readonly labels?: string }
  /** Labels are the folders' names, or what a file's name begins with up to `_`. */
  | { readonly is: 'images'; readonly labels: 'folder' | 'file-name' | 'none' }
  | { readonly is: 'wav'; readonly labels: 'folder' | 'file-name' | 'none' }
  /** A sentence and its label in each line, the label after the last tab; or no label. */
  | { readonly is: 'lines'; readonly labelled: boolean };

/** A column as a person picks it. */
export interface ColumnSummary {
  readonly name: string;
  readonly type: 'number' | 'category' | 'text' | 'image' | 'audio' | 'array';
  /** Of one example, where it is fixed: `[28, 28]` for MNIST. */
  readonly shape?: readonly number[];
  /** Of a category (or of whole numbers with few values): each value and how often, most often first. */
  readonly values?: readonly { readonly value: string; readonly count: number }[];
  /** Of numbers. */
  readonly range?: { readonly min: number; readonly max: number; readonly mean: number };
}

/** A row, file or entry that cannot be used, and why. */
export interface BadRow {
  readonly file: string;
  /** 1-based line, where the file has lines. */
  readonly line?: number;
  readonly reason: string;
}

export interface DatasetSummary {
  readonly kind: DataKind;
  readonly examples: number;
  readonly columns: readonly ColumnSummary[];
  /** The column to predict, unless the person chooses another. */
  readonly label?: string;
  /** Rows left out: the first hundred, and how many there are. */
  readonly badRows: readonly BadRow[];
  readonly badRowCount: number;
  readonly sizeBytes: number;
  /** What else a person should know: pictures kept smaller than they are. */
  readonly notes?: readonly string[];
}

/** A data set in the lineage. Its files are stored as a snapshot, by content, like a model's. */
export interface DatasetRecord {
  readonly id: DatasetId;
  /** Unique among data sets. */
  readonly name: string;
  readonly snapshot: SnapshotId;
  readonly reading: Reading;
  readonly summary: DatasetSummary;
  /** Licence, source: what a person wrote. */
  readonly notes: string;
  /** ms since 1970. */
  readonly createdAt: number;
}
