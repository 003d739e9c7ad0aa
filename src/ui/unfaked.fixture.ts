import type { DiffApi } from '../rpc/diffApi.ts';
import type { MergeApi } from '../rpc/mergeApi.ts';

const unfaked = (): Promise<never> =>
  Promise.reject(new Error('a test that compares or merges gives its own answers'));

/** Calls that no fixture answers for all tests: a test that needs them overrides them. */
export const unfakedCalls: DiffApi & MergeApi = {
  diff: unfaked,
  tensorDifferences: unfaked,
  tensorDifference: unfaked,
  tensorTile: unfaked,
  mergeBases: unfaked,
  planMerge: unfaked,
  mergeTensors: unfaked,
  previewMerge: unfaked,
  merge: unfaked,
};
