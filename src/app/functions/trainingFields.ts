import type { ArgumentsOf } from '../../core/recipe/checkArguments.ts';
import type { Schema } from '../../core/recipe/schema.ts';
import type { Optimizer, Schedule, TrainSettings } from '../../core/training/settings.ts';

const more = { advanced: true } as const;

/** What every function that trains asks for. Defaults work the first time on small models and data. */
export const trainingFields = {
  epochs: {
    is: 'number', default: 4, min: 1, max: 1000, whole: true,
    title: 'Epochs',
    help: 'How often training goes through all examples: more takes longer and fits the data more closely.',
  },
  learningRate: {
    is: 'number', default: 0.001, min: 0, max: 10, whole: false,
    title: 'Learning rate',
    help: 'How far each step moves the weights. Lower it if the loss jumps about, raise it if the loss hardly falls.',
  },
  batchSize: {
    is: 'number', default: 32, min: 1, max: 4096, whole: true,
    title: 'Batch size',
    help: 'Examples that one step learns from together.',
  },
  augment: {
    is: 'augmentations', default: [],
    title: 'Augmentations',
    help: 'Random changes of each example, drawn anew in every epoch, so that the model learns to ignore them.',
  },
  keep: {
    ...more, is: 'choice', default: 'best',
    options: [
      { value: 'best', title: 'Of the best epoch' },
      { value: 'last', title: 'Of the last epoch' },
    ],
    title: 'Weights to keep',
    help: 'The best epoch is the one with the lowest loss on the validation examples.',
  },
  patience: {
    ...more, is: 'optional-number', default: null, min: 1, max: 1000, whole: true, unit: 'epochs',
    title: 'Stop early',
    help: 'Ends training after this many epochs without a lower validation loss; empty trains all epochs.',
  },
  optimizer: {
    ...more, is: 'choice', default: 'adam',
    options: [
      { value: 'adam', title: 'Adam' },
      { value: 'adamw', title: 'AdamW' },
      { value: 'sgd', title: 'SGD with momentum' },
    ],
    title: 'Optimiser',
    help: 'How gradients become steps. Adam works without tuning; SGD needs a learning rate about ten times higher.',
  },
  momentum: {
    ...more, is: 'number', default: 0.9, min: 0, max: 0.999, whole: false,
    when: { field: 'optimizer', is: ['sgd'] },
    title: 'Momentum',
    help: 'How much of the last step is carried into the next.',
  },
  schedule: {
    ...more, is: 'choice', default: 'constant',
    options: [
      { value: 'constant', title: 'The same throughout' },
      { value: 'cosine', title: 'Falling along a cosine' },
      { value: 'step', title: 'A tenth after every third of the epochs' },
      { value: 'one-cycle', title: 'Up, then down' },
    ],
    title: 'Learning-rate schedule',
    help: 'How the learning rate changes while training goes on; a falling one often ends a little better.',
  },
  warmupSteps: {
    ...more, is: 'number', default: 0, min: 0, max: 100_000, whole: true, unit: 'steps',
    title: 'Warm-up',
    help: 'Steps over which the learning rate grows from zero, which calms the start of transformers.',
  },
  weightDecay: {
    ...more, is: 'number', default: 0, min: 0, max: 1, whole: false,
    title: 'Weight decay',
    help: 'Pulls weights towards zero, against overfitting; biases and normalisations are spared.',
  },
  clipNorm: {
    ...more, is: 'optional-number', default: null, min: 1e-6, max: 1e6, whole: false,
    title: 'Clip gradients at',
    help: 'The largest norm of all gradients together, against rare huge steps; empty clips nothing.',
  },
  ema: {
    ...more, is: 'optional-number', default: null, min: 0, max: 0.99999, whole: false,
    title: 'Average of weights',
    help: 'Keeps a moving average of the weights with this decay (0.99, say) and takes it as the result; empty does not.',
  },
  labelSmoothing: {
    ...more, is: 'number', default: 0, min: 0, max: 0.5, whole: false,
    title: 'Label smoothing',
    help: 'Share of each label that is spread over all classes, so that the model is less sure of itself.',
  },
  numberLoss: {
    ...more, is: 'choice', default: 'mean-squared-error',
    options: [
      { value: 'mean-squared-error', title: 'Squared error' },
      { value: 'mean-absolute-error', title: 'Absolute error' },
      { value: 'huber', title: 'Huber: squared when small, absolute when large' },
    ],
    title: 'Loss of numbers',
    help: 'Used where numbers are predicted, not classes; absolute and Huber errors are less swayed by outliers.',
  },
  microBatch: {
    ...more, is: 'optional-number', default: null, min: 1, max: 4096, whole: true,
    title: 'Micro-batch',
    help: 'Examples computed at once, a divisor of the batch size: a smaller one needs less memory and gives the same result.',
  },
  precision: {
    ...more, is: 'choice', default: 'f32',
    options: [
      { value: 'f32', title: 'Single (f32)' },
      { value: 'f16', title: 'Half (f16) where the GPU has it' },
    ],
    title: 'Precision',
    help: 'Half precision is faster on some GPUs and a little less exact.',
  },
} as const satisfies Schema; // prettier-ignore

type TrainingArguments = ArgumentsOf<typeof trainingFields>;

/** What the fields leave to the function. */
export type OwnSettings = Pick<TrainSettings, 'seed' | 'batchNorm' | 'dropout'>;

/** The settings of a run, from checked arguments. */
export function trainSettings(args: TrainingArguments, own: OwnSettings): TrainSettings {
  return {
    epochs: args.epochs,
    batchSize: args.batchSize,
    microBatch: args.microBatch ?? args.batchSize,
    learningRate: args.learningRate,
    optimizer: optimizerOf(args),
    schedule: scheduleOf(args),
    warmupSteps: args.warmupSteps,
    weightDecay: args.weightDecay,
    decayAll: false,
    precision: args.precision,
    keep: args.keep,
    ...(args.clipNorm === null ? {} : { clipNorm: args.clipNorm }),
    ...(args.ema === null ? {} : { ema: args.ema }),
    ...(args.patience === null ? {} : { patience: args.patience }),
    ...own,
  };
}

function optimizerOf({ optimizer, momentum }: TrainingArguments): Optimizer {
  if (optimizer === 'sgd') return { is: 'sgd', momentum, nesterov: false };
  return { is: optimizer, b1: 0.9, b2: 0.999, eps: 1e-8 };
}

function scheduleOf({ schedule, epochs }: TrainingArguments): Schedule {
  switch (schedule) {
    case 'constant':
      return { is: 'constant' };
    case 'cosine':
      return { is: 'cosine', final: 0.01 };
    case 'step':
      return { is: 'step', everyEpochs: Math.max(1, Math.ceil(epochs / 3)), factor: 0.1 };
    case 'one-cycle':
      return { is: 'one-cycle', warmup: 0.3 };
  }
}

/** Why settings contradict each other, with the field; undefined when they do not. */
export function unfitSettings(
  args: TrainingArguments,
): { readonly field: string; readonly reason: string } | undefined {
  if (args.microBatch !== null && args.batchSize % args.microBatch !== 0)
    return { field: 'microBatch', reason: `it divides the batch size, ${args.batchSize}` };
  return undefined;
}
