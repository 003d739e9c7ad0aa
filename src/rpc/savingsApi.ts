import type { SavingsReport } from '../core/savingsViews.ts';

/** The part of the lineage worker's API that says where the bytes went. */
export interface SavingsApi {
  /** Every byte under one heading, of the whole lineage. */
  savings(): Promise<SavingsReport>;
}
