/** How a checkpoint is read. */
export interface PytorchOptions {
  /** Whether the bytes come from the store and were checked when they were imported. */
  readonly stored?: boolean;
}
