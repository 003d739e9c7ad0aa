/** What repacking would change, found without writing anything. */
export interface RepackPlanView {
  /** Names what was planned; running it re-checks that the store is still the one looked at. */
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
    /** Half-empty packs written together. */
    readonly packs: number;
  };
  /** Reading: deltas followed at most, and stored bytes read for each byte given, now and after. */
  readonly depth: { readonly before: number; readonly after: number };
  readonly readCost: { readonly before: number; readonly after: number };
  /** Bytes of stored chunks that it would read and write. */
  readonly workBytes: number;
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
  readonly chunks: number;
  readonly before: number;
  readonly after: number;
  readonly cancelled: boolean;
}
