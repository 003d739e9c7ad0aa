import type { FunctionView } from '../core/creationViews.ts';

const finetune: FunctionView = {
  id: 'finetune',
  version: 1,
  title: 'Finetune',
  summary: 'Trains the model further on a data set.',
  scenario: 'adaptation',
  parents: { min: 1, max: 1 },
  data: { min: 1, max: 1 },
  schema: {
    epochs: {
      title: 'Epochs',
      help: 'How often each example is seen.',
      is: 'number',
      default: 5,
      min: 1,
      max: 1000,
      whole: true,
    },
    learningRate: {
      title: 'Learning rate',
      help: 'How far a step goes.',
      is: 'number',
      default: 0.001,
      min: 1e-7,
      max: 10,
      whole: false,
    },
    optimizer: {
      title: 'Optimiser',
      help: 'How a step is made of gradients.',
      is: 'choice',
      default: 'adamw',
      options: [
        { value: 'adamw', title: 'AdamW' },
        { value: 'sgd', title: 'SGD' },
      ],
    },
    momentum: {
      title: 'Momentum',
      help: 'How much of the last step goes on.',
      is: 'number',
      default: 0.9,
      min: 0,
      max: 0.999,
      whole: false,
      when: { field: 'optimizer', is: ['sgd'] },
    },
    clipNorm: {
      title: 'Clip gradients',
      help: 'Largest norm of all gradients together.',
      is: 'optional-number',
      default: null,
      min: 0,
      max: 1e6,
      whole: false,
      advanced: true,
    },
    augment: {
      title: 'Changes',
      help: 'Random changes of each example.',
      is: 'augmentations',
      default: [],
      advanced: true,
    },
    trainable: {
      title: 'Tensors',
      help: 'Only these are trained.',
      is: 'tensors',
      default: [],
      advanced: true,
    },
  },
};

/** Three functions, the last of which needs two parents. */
export const sampleFunctions: readonly FunctionView[] = [
  finetune,
  {
    ...finetune,
    id: 'prune',
    title: 'Prune',
    summary: 'Sets the smallest weights to zero.',
    scenario: 'edge',
    data: { min: 0, max: 1 },
    schema: {
      sparsity: {
        title: 'Sparsity',
        help: 'Share of weights that become zero.',
        is: 'number',
        default: 0.5,
        min: 0,
        max: 0.99,
        whole: false,
      },
    },
  },
  {
    ...finetune,
    id: 'average',
    title: 'Average',
    summary: 'Takes the weighted mean of the weights.',
    scenario: 'arithmetic',
    parents: { min: 2, max: 16 },
    data: { min: 0, max: 0 },
    schema: {
      weights: {
        title: 'Weights',
        help: 'How much of each parent.',
        is: 'parent-weights',
        default: [],
      },
    },
    unfit: 'needs at least two parents',
  },
];
