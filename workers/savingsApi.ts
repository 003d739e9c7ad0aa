import { reportSavings } from '../src/app/storage/reportSavings.ts';
import type { SavingsApi } from '../src/rpc/savingsApi.ts';
import type { Wired } from './wired.ts';

/** The part of the lineage worker's API that says where the bytes went. */
export function savingsApi(wired: Promise<Wired>): SavingsApi {
  return { savings: async () => reportSavings((await wired).ports) };
}
