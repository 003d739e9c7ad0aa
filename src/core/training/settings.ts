/** What a head is trained to. Source of each form: docs/differentiation.md. */
export type Loss =
  /** From logits `[batch, classes]` (or `[batch, …, classes]`) and class indices. */
  | {
      readonly is: 'cross-entropy';
      readonly classWeights?: readonly number[];
      /** 0 to 1. */
      readonly labelSmoothing?: number;
    }
  /** From logits and targets 0 to 1 of the same shape, or class indices 0 and 1 of yes-or-no data. */
  | {
      readonly is: 'binary-cross-entropy';
      readonly positiveWeight?: number;
      /** 0 to 1. */
      readonly labelSmoothing?: number;
    }
  | { readonly is: 'mean-squared-error' }
  | { readonly is: 'mean-absolute-error' }
  | { readonly is: 'huber'; readonly delta: number }
  /** Rows of a batch in threes: anchor, positive, negative. */
  | { readonly is: 'triplet'; readonly margin: number }
  /** 1 − cosine similarity to the target vector. */
  | { readonly is: 'cosine' }
  /** KL to a teacher's logits at a temperature, times its square. */
  | { readonly is: 'distillation'; readonly temperature: number };

/** A loss on one output of the network; a run minimises the weighted sum of its heads. */
export interface Head {
  readonly output: string;
  readonly loss: Loss;
  readonly weight: number;
}

export type Optimizer =
  | { readonly is: 'sgd'; readonly momentum: number; readonly nesterov: boolean }
  | { readonly is: 'adam'; readonly b1: number; readonly b2: number; readonly eps: number }
  | { readonly is: 'adamw'; readonly b1: number; readonly b2: number; readonly eps: number };

/** Learning rate over a run of `steps`, as a factor of `learningRate`. */
export type Schedule =
  | { readonly is: 'constant' }
  | { readonly is: 'step'; readonly everyEpochs: number; readonly factor: number }
  /** Down a half cosine to `final` × the rate. */
  | { readonly is: 'cosine'; readonly final: number }
  /** Up to the rate over `warmup` (share of the run), then down a cosine to rate / 1e4. */
  | { readonly is: 'one-cycle'; readonly warmup: number };

export interface TrainSettings {
  readonly epochs: number;
  /** Examples of one optimiser step. */
  readonly batchSize: number;
  /** Examples of one pass through the network; `batchSize` is a multiple. Less memory, same result. */
  readonly microBatch: number;
  readonly learningRate: number;
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
  /** Steps of linear warm-up before the schedule. */
  readonly warmupSteps: number;
  readonly weightDecay: number;
  /** Whether biases and the parameters of normalisations decay too. */
  readonly decayAll: boolean;
  /** Largest Euclidean norm of all gradients together; none when absent. */
  readonly clipNorm?: number;
  /** Decay of an exponential moving average of the weights, which is then the result; none when absent. */
  readonly ema?: number;
  /** Whether batch normalisation uses the batch's statistics and updates the running ones, or stays. */
  readonly batchNorm: 'frozen' | 'batch';
  /** Multiplied gradients for half precision are handled inside. */
  readonly precision: 'f32' | 'f16';
  readonly seed: number;
  /** Stop after this many epochs without a better validation loss; never when absent. */
  readonly patience?: number;
  /** Keep the weights of the epoch with the best validation loss, or of the last. */
  readonly keep: 'best' | 'last';
  /** Largest part of examples of dropout as the network has it, or 0 to turn it off. */
  readonly dropout: 'as-in-network' | 'off';
}
