import type { DiffApi } from '../rpc/diffApi.ts';
import type { LossyApi } from '../rpc/lossyApi.ts';
import type { MergeApi } from '../rpc/mergeApi.ts';
import type { RepackApi } from '../rpc/repackApi.ts';
import type { SavingsApi } from '../rpc/savingsApi.ts';

const unfaked = (): Promise<never> =>
  Promise.reject(new Error('a test that compares, merges or loses gives its own answers'));

/** Calls that no fixture answers for all tests: a test that needs them overrides them. */
export const unfakedCalls: DiffApi & MergeApi & LossyApi & RepackApi & SavingsApi = {
  diff: unfaked,
  tensorDifferences: unfaked,
  tensorDifference: unfaked,
  tensorTile: unfaked,
  previewLossy: unfaked,
  makeLossy: unfaked,
  lossyReceipt: unfaked,
  promoteLossy: unfaked,
  releaseLossy: unfaked,
  planRepack: unfaked,
  runRepack: unfaked,
  savings: unfaked,
  mergeBases: unfaked,
  planMerge: unfaked,
  mergeTensors: unfaked,
  previewMerge: unfaked,
  merge: unfaked,
};
