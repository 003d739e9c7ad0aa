/** The part of an `AbortSignal` that code without a platform needs; a signal fits as it is. */
export interface Cancellation {
  readonly aborted: boolean;
  throwIfAborted(): void;
}

/** How far a long task is. `step` is for people: "Reading resnet18.onnx". */
export interface Progress {
  readonly step: string;
  readonly done: number;
  readonly total: number;
  readonly unit: 'bytes' | 'models' | 'chunks' | 'files' | 'steps';
}

/** How a long function is told to stop and tells how far it is, at most ten times a second. */
export interface Run {
  readonly signal: Cancellation;
  readonly onProgress?: (progress: Progress) => void;
}

/** A run that nobody ends and nobody listens to: what must be finished whatever became of its cause. */
export const unwatched: Run = { signal: { aborted: false, throwIfAborted: () => undefined } };
