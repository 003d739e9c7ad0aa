import { LineageError } from '../../core/lineageError.ts';
import { GraphBuilder } from '../graphBuilder.ts';
import {
  applyGradients,
  averageName,
  gradientName,
  kept,
  maskName,
  slotName,
} from './applyGradients.ts';
import { forwardPass, type ForwardPass } from './forwardPass.ts';
import { optimizerScalars, slotsOf } from './optimizers.ts';
import { makeProgram } from './program.ts';
import type { FixedTensor, Program, StateTensor, StepOptions, TrainingStep } from './stepTypes.ts';

/**
 * The graphs of one optimiser step, from an inference network: forward, losses, backward and update as
 * plain ONNX, with everything that changes as inputs and outputs (stepTypes.ts has each member).
 *
 * What a host does: it makes each of `state` from its `initial`, and takes each of `fixed` from the
 * network's initializers or the masks. For each optimiser step it takes a batch, computes `lossFeeds` of
 * the whole batch for each head, and runs the programs in the order of `run`, feeding a micro-batch of
 * inputs, targets and weights, `scalarsOf(step, rate)`, and a new seed. After each run the outputs of
 * `writes` take the place of the state. The loss of a step is Σ head.weight · losses[head], summed over
 * its runs.
 *
 * @throws LineageError `operator-not-differentiable`, `network-unsupported`, `data-unfit`.
 */
export function trainingStep(options: StepOptions): TrainingStep {
  const { settings, trainable } = options;
  refuseOddities(options);
  const pass = forwardPass(options);
  const trained = trainable.filter((name) => pass.gradients.has(name));
  const microBatches = settings.batchSize / settings.microBatch;
  const tensors = tensorsOf(options, pass, trained, microBatches > 1);
  return {
    run:
      microBatches === 1
        ? { is: 'single', step: singleProgram(options, pass, tensors) }
        : {
            is: 'accumulated',
            microBatches,
            accumulate: accumulateProgram(pass, tensors),
            apply: applyProgram(options, pass, trained, tensors),
          },
    ...tensors,
    heads: options.heads,
    microBatch: settings.microBatch,
    untouched: trainable.filter((name) => !pass.gradients.has(name)),
    without: pass.without,
    scalarsOf: (step, learningRate, lossScale = 1) => ({
      ...optimizerScalars(settings.optimizer, settings.weightDecay, step, learningRate),
      ...(settings.precision === 'f16' ? { lossScale, lossUnscale: 1 / lossScale } : {}),
    }),
  };
}

interface Tensors {
  readonly state: readonly StateTensor[];
  readonly fixed: readonly FixedTensor[];
}

function refuseOddities({ network, trainable, settings }: StepOptions): void {
  for (const name of trainable) {
    const tensor = network.initializers.get(name);
    if (tensor?.dtype !== 'f32')
      throw new LineageError('network-unsupported', {
        node: name,
        reason:
          tensor === undefined
            ? 'the network has no such weight'
            : `only f32 weights can be trained, and this one is ${tensor.dtype}`,
      });
  }
  if (!Number.isInteger(settings.batchSize / settings.microBatch))
    throw new Error(
      `a batch of ${settings.batchSize} is not made of whole parts of ${settings.microBatch}`,
    );
}

function tensorsOf(
  { network, settings, masked = [] }: StepOptions,
  pass: ForwardPass,
  trained: readonly string[],
  accumulates: boolean,
): Tensors {
  const typed = (name: string, of: string) => {
    const { dtype, shape } = pass.b.known(of);
    return { name, of, dtype, shape };
  };
  const changing = new Set([...trained, ...pass.statistics.keys()]);
  const perWeight = (of: string): StateTensor[] => [
    { ...typed(of, of), role: 'weight', initial: 'initializer' },
    ...slotsOf(settings.optimizer).map((slot): StateTensor => ({
      ...typed(slotName(of, slot), of),
      role: 'slot',
      initial: 'zeros',
    })),
    ...(settings.ema === undefined
      ? []
      : [{ ...typed(averageName(of), of), role: 'average', initial: 'initializer' } as const]),
    ...(accumulates
      ? [{ ...typed(gradientName(of), of), role: 'gradient', initial: 'zeros' } as const]
      : []),
  ];
  return {
    state: [
      ...trained.flatMap(perWeight),
      ...[...pass.statistics.keys()].map((of): StateTensor => ({
        ...typed(of, of),
        role: 'statistic',
        initial: 'initializer',
      })),
    ],
    fixed: [
      ...pass.weights
        .filter((name) => !changing.has(name) && network.initializers.has(name))
        .map((of): FixedTensor => ({ ...typed(of, of), role: 'weight' })),
      ...masked
        .filter((name) => trained.includes(name))
        .map((of): FixedTensor => ({ ...typed(maskName(of), of), role: 'mask' })),
    ],
  };
}

function singleProgram(options: StepOptions, pass: ForwardPass, tensors: Tensors): Program {
  const { b, halves } = pass;
  const { scalars, writes, finite } = applyGradients(b, options, pass.gradients);
  const statistics = finite === undefined ? pass.statistics : kept(b, pass.statistics, finite);
  return makeProgram(b, {
    name: 'training_step',
    feeds: [...pass.feeds, ...scalars],
    ...tensors,
    writes: new Map([...writes, ...statistics]),
    losses: pass.losses,
    halves,
    ...finiteOutput(b, finite),
  });
}

function finiteOutput(b: GraphBuilder, finite: string | undefined) {
  return finite === undefined ? {} : { finite: b.op('Cast', [finite], { to: 1 }) };
}

function accumulateProgram(pass: ForwardPass, tensors: Tensors): Program {
  const { b } = pass;
  const sums = [...pass.gradients].map(([weight, gradient]) => {
    const sum = b.input(gradientName(weight), 'f32', b.shape(weight));
    return [gradientName(weight), b.op('Add', [sum, gradient])] as const;
  });
  return makeProgram(b, {
    name: 'accumulate_gradients',
    feeds: pass.feeds,
    ...tensors,
    writes: new Map([...sums, ...pass.statistics]),
    losses: pass.losses,
    halves: pass.halves,
  });
}

function applyProgram(
  options: StepOptions,
  pass: ForwardPass,
  trained: readonly string[],
  tensors: Tensors,
): Program {
  const b = new GraphBuilder(pass.b.opset);
  for (const { name, dtype, shape, role } of tensors.state)
    if (role === 'weight' || role === 'gradient') b.input(name, dtype, shape);
  const gradients = new Map(trained.map((name) => [name, gradientName(name)]));
  const applied = applyGradients(b, options, gradients);
  return makeProgram(b, {
    name: 'apply_gradients',
    feeds: applied.scalars,
    ...tensors,
    writes: applied.writes,
    ...finiteOutput(b, applied.finite),
  });
}
