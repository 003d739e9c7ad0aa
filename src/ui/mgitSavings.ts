import type { SavingsReport } from '../core/savingsViews.ts';
import type { SavingsApi } from '../rpc/savingsApi.ts';

/**
 * Where the bytes went, for scripts.
 *
 * Source: docs/api.md.
 */
export interface SavingsMgit {
  /** Every byte of the lineage under exactly one heading; what it says adds up. */
  savings(): Promise<SavingsReport>;
}

/** The calls about savings over the wire to the lineage worker. */
export function savingsCalls(lineage: SavingsApi): SavingsMgit {
  return { savings: () => lineage.savings() };
}
