import type { DatasetSummary, Reading } from '../data/dataset.ts';
import type { RawExamples } from '../data/rawExamples.ts';
import type { ByteSource } from './modelFormats.ts';
import type { Run } from './run.ts';

/** A data set as its files have it. */
export interface ReadData {
  readonly examples: RawExamples;
  readonly summary: DatasetSummary;
}

/** Data files → examples. Runs nothing that a file says. */
export interface DataReader {
  /**
   * How the files would be read as one data set, by their first bytes.
   *
   * @throws LineageError `dataset-invalid` where they are none.
   */
  propose(files: readonly ByteSource[], run: Run): Promise<Reading>;

  /**
   * All examples. Rows that cannot be used are left out and listed in the summary.
   *
   * @throws LineageError `dataset-invalid`, `file-unreadable`.
   */
  read(files: readonly ByteSource[], reading: Reading, run: Run): Promise<ReadData>;
}
