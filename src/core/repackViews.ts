/** What repacking would change, found without writing anything. */
export interface RepackPlanView {
  /** Names what was planned. Running it passes over chunks that are no longer as they were. */
  readonly id: string;
  /** Chunks that would be stored in another form. */
  readonly chunks: number;
  /** Stored bytes of the whole store now and, by estimate, after. */
  readonly before: number;
  readonly after: number;
  /** Of the gain, by what would give it. */
  readonly gain: {
    readonly delta: number;
    readonly structure: number;
    readonly alone: number;
  };
  /**
   * Reading, now and after, at worst: deltas followed, and stored bytes read for each byte given, of
   * chunks of 64 KiB or more.
   */
  readonly depth: { readonly before: number; readonly after: number };
  readonly readCost: { readonly before: number; readonly after: number };
  /** Bytes of stored chunks that it would read and write. */
  readonly workBytes: number;
  /** Chunks whose sizes were found by encoding a part of them; those of the others are estimated. */
  readonly sampled: number;
  /** The largest gains, for people: model, tensor, its base and why. */
  readonly examples: readonly {
    readonly model: string;
    readonly tensor: string;
    readonly base: string;
    readonly how: string;
    readonly before: number;
    readonly after: number;
  }[];
}

export interface RepackReport {
  /** Chunks now stored in another form. */
  readonly chunks: number;
  /** Planned, and no longer as they were when it was: left as they are. */
  readonly stale: number;
  /** Stored bytes of the whole store. */
  readonly before: number;
  readonly after: number;
  readonly cancelled: boolean;
}
