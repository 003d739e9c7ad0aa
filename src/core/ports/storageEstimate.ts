/** What the browser says of this origin's storage. */
export interface StorageEstimate {
  estimate(): Promise<{
    /** Bytes used and allowed; undefined where the browser does not say. */
    readonly usage: number | undefined;
    readonly quota: number | undefined;
    /** Whether the browser has promised not to evict this origin by itself. */
    readonly persisted: boolean;
  }>;
}
