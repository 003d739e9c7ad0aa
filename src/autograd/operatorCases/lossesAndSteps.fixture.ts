import { elementCount } from '../../core/dtype.ts';
import { literal } from '../../core/network/literal.ts';
import type { Loss, Optimizer } from '../../core/training/settings.ts';
import { ndArray, type NdArray } from '../evaluate/ndArray.ts';
import { GraphBuilder } from '../graphBuilder.ts';
import { lossFeeds } from '../training/lossFeeds.ts';
import { lossNodes, targetType, weightShape } from '../training/losses.ts';
import type { StepSettings } from '../training/stepTypes.ts';
import {
  feedsOf,
  firstState,
  fixedValues,
  mlp,
  noise,
  plainSettings,
} from '../training/trainHost.fixture.ts';
import { trainingStep } from '../training/trainingStep.ts';
import type { NamedNetwork } from './namedCase.fixture.ts';

const lossKinds: { readonly [Kind in Loss['is']]: readonly Extract<Loss, { is: Kind }>[] } = {
  'cross-entropy': [
    { is: 'cross-entropy' },
    { is: 'cross-entropy', classWeights: [1, 0.5, 3, 2], labelSmoothing: 0.2 },
  ],
  'binary-cross-entropy': [
    { is: 'binary-cross-entropy' },
    { is: 'binary-cross-entropy', positiveWeight: 2.5 },
  ],
  'mean-squared-error': [{ is: 'mean-squared-error' }],
  'mean-absolute-error': [{ is: 'mean-absolute-error' }],
  huber: [{ is: 'huber', delta: 0.7 }],
  triplet: [{ is: 'triplet', margin: 0.5 }],
  cosine: [{ is: 'cosine' }],
  distillation: [{ is: 'distillation', temperature: 3 }],
};

/** A loss and its derivative on six examples; [6, 2, 4] where a loss takes more than vectors. */
function lossNetwork(loss: Loss): NamedNetwork {
  const b = new GraphBuilder(17);
  const shape = loss.is === 'triplet' ? [6, 4] : [6, 2, 4];
  const draw = noise(3);
  const numbers = (count: number) => Float64Array.from({ length: count }, () => 3 * draw());
  const type = targetType(loss, shape);
  const targets = targetsOf(loss, elementCount(type?.shape ?? [0]), draw);
  const made = lossFeeds(loss, targets, 6);
  const feeds = new Map<string, NdArray>([
    ['output', ndArray('f32', shape, numbers(elementCount(shape)))],
    ['weights', ndArray('f32', weightShape(loss, shape), made.weights)],
  ]);
  if (type !== undefined) feeds.set('target', ndArray(type.dtype, type.shape, made.targets));
  for (const [name, { dtype, shape: extents }] of feeds) b.input(name, dtype, extents);
  const { loss: value, gradient } = lossNodes(loss, {
    b,
    output: 'output',
    target: 'target',
    weights: 'weights',
  });
  const inputs = [...feeds].map(([name, each]) => ({
    name,
    dtype: each.dtype,
    shape: each.shape,
  }));
  return { name: JSON.stringify(loss), network: b.build('loss', inputs, [value, gradient]), feeds };
}

function targetsOf(loss: Loss, count: number, draw: () => number): Float64Array {
  if (loss.is === 'cross-entropy') return Float64Array.from({ length: count }, (_, at) => at % 4);
  const from = loss.is === 'binary-cross-entropy' ? 0.5 : 0;
  return Float64Array.from({ length: count }, () => from + (from === 0 ? 2 : 0.5) * draw());
}

const optimizers: {
  readonly [Kind in Optimizer['is']]: readonly Extract<Optimizer, { is: Kind }>[];
} = {
  sgd: [
    { is: 'sgd', momentum: 0, nesterov: false },
    { is: 'sgd', momentum: 0.9, nesterov: false },
    { is: 'sgd', momentum: 0.8, nesterov: true },
  ],
  adam: [{ is: 'adam', b1: 0.9, b2: 0.99, eps: 1e-3 }],
  adamw: [{ is: 'adamw', b1: 0.9, b2: 0.99, eps: 1e-8 }],
};

const variants: readonly Partial<StepSettings>[] = [
  {},
  { weightDecay: 0.05, clipNorm: 0.3, ema: 0.9 },
];

/** Every output of one optimiser step of a small network, as in the middle of a run. */
function stepNetwork(settings: Partial<StepSettings>): NamedNetwork {
  const network = mlp([5, 7, 4]);
  const trainable = ['w0', 'b0', 'w1', 'b1'];
  const step = trainingStep({
    network,
    trainable,
    masked: ['w1'],
    heads: [{ output: 'y', loss: { is: 'cross-entropy' }, weight: 1 }],
    settings: { ...plainSettings, ...settings },
  });
  if (step.run.is !== 'single') throw new Error('not one run');
  const draw = noise(11);
  const batch = {
    inputs: { x: Float64Array.from({ length: 30 }, draw) },
    targets: [[0, 3, 1, 2, 0, 3]],
  };
  const masks = new Map([['w1', maskOf(network.initializers.get('w1')?.shape ?? [])]]);
  const state = [...firstState(step, network)].map(([name, value]) => {
    const { role } = step.state.find((each) => each.name === name) ?? {};
    const numbers = Float64Array.from(value.data, () => 0.1 + 0.05 * draw());
    return [name, role === 'slot' ? { ...value, data: numbers } : value] as const;
  });
  const { network: program, feeds } = step.run.step;
  return {
    name: JSON.stringify(settings),
    network: program,
    feeds: new Map([
      ...fixedValues(step, network, masks),
      ...state,
      ...feedsOf(step, feeds, batch, 0, step.scalarsOf(3, 0.1), 7),
    ]),
  };
}

function maskOf(shape: readonly number[]) {
  const numbers = Array.from({ length: elementCount(shape) }, (_, at) => Number(at % 3 > 0));
  return literal('f32', shape, numbers);
}

/** Each loss with its derivative, and a step of each optimiser. */
export function lossAndStepNetworks(): readonly NamedNetwork[] {
  return [
    ...Object.values(lossKinds).flat().map(lossNetwork),
    ...Object.values(optimizers)
      .flat()
      .flatMap((optimizer) => variants.map((each) => stepNetwork({ optimizer, ...each }))),
  ];
}
