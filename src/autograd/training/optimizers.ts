import type { Optimizer } from '../../core/training/settings.ts';
import type { GraphBuilder } from '../graphBuilder.ts';

/** Scalar inputs of an optimiser step, by name: f32, shape `[]`. */
export type Scalars = Readonly<Record<string, number>>;

/** One weight's part in an optimiser step: names of values in the builder. */
export interface Update {
  readonly weight: string;
  readonly gradient: string;
  /** State by slot, as `slotsOf` names them. */
  readonly slots: Readonly<Record<string, string>>;
  /** Whether weight decay applies. */
  readonly decays: boolean;
}

export interface Updated {
  readonly weight: string;
  readonly slots: Readonly<Record<string, string>>;
}

/** State that an optimiser keeps for each weight, of the weight's shape, zeros at first. */
export function slotsOf(optimizer: Optimizer): readonly string[] {
  if (optimizer.is === 'sgd') return optimizer.momentum === 0 ? [] : ['velocity'];
  return ['mean', 'square'];
}

/**
 * The scalars of step `step` (1-based) at a learning rate: what of the update changes from step to step,
 * so that schedules need no other graph.
 *
 * `sgd`: `rate`. `adam`, `adamw`: `s` and `e` as `adamUpdate` has them; `adamw` with decay also `keep`.
 */
export function optimizerScalars(
  optimizer: Optimizer,
  weightDecay: number,
  step: number,
  learningRate: number,
): Scalars {
  if (optimizer.is === 'sgd') return { rate: learningRate };
  const { b1, b2, eps } = optimizer;
  const second = Math.sqrt(1 - b2 ** step);
  // A rate of 0 would divide by 0; with this one no f32 weight changes.
  const a = (Math.max(learningRate, 1e-20) * second) / (1 - b1 ** step);
  const s = Math.sqrt(1 - b2) / (a * (1 - b1));
  const e = (eps * second) / (a * (1 - b1));
  return optimizer.is === 'adamw' && weightDecay !== 0
    ? { s, e, keep: 1 - learningRate * weightDecay }
    : { s, e };
}

/** Adds one weight's update. @param scalars - the builder's names of `optimizerScalars`. */
export function optimizerNodes(
  b: GraphBuilder,
  optimizer: Optimizer,
  weightDecay: number,
  scalars: Readonly<Record<string, string>>,
  update: Update,
): Updated {
  const decay = update.decays ? weightDecay : 0;
  const gradient = optimizer.is === 'adamw' ? update.gradient : decayed(b, update, decay);
  if (optimizer.is === 'sgd') return sgdUpdate(b, optimizer, scalars, { ...update, gradient });
  const keep = optimizer.is === 'adamw' && decay !== 0 ? scalars['keep'] : undefined;
  const weight = keep === undefined ? update.weight : b.op('Mul', [update.weight, keep]);
  return adamUpdate(b, optimizer, scalars, { ...update, weight, gradient });
}

/** L2 decay as PyTorch's SGD and Adam have it: g + λ·w. */
function decayed(b: GraphBuilder, { gradient, weight }: Update, decay: number): string {
  if (decay === 0) return gradient;
  return b.op('Add', [gradient, b.op('Mul', [weight, b.scalar(decay)])]);
}

/**
 * v′ = μ·v + g; w′ = w − rate·v′, or with Nesterov w′ = w − rate·(g + μ·v′).
 *
 * Source: PyTorch, torch.optim.SGD (dampening 0). The rate is outside v, unlike in Sutskever et al.
 */
function sgdUpdate(
  b: GraphBuilder,
  { momentum, nesterov }: Extract<Optimizer, { is: 'sgd' }>,
  scalars: Readonly<Record<string, string>>,
  { weight, gradient, slots }: Update,
): Updated {
  const rate = scalars['rate'] ?? '';
  const step = (by: string) => b.op('Sub', [weight, b.op('Mul', [by, rate])]);
  const velocity = slots['velocity'];
  if (velocity === undefined) return { weight: step(gradient), slots: {} };
  const mu = b.scalar(momentum);
  const next =
    gemmOnto(b, gradient, velocity, momentum, nesterov) ??
    b.op('Add', [b.op('Mul', [velocity, mu]), gradient]);
  const by = nesterov ? b.op('Add', [gradient, b.op('Mul', [next, mu])]) : next;
  return { weight: step(by), slots: { velocity: next } };
}

/** A gradient that is a plain matrix product takes the velocity in as C: `beta·C` costs no pass. */
function gemmOnto(
  b: GraphBuilder,
  gradient: string,
  velocity: string,
  momentum: number,
  nesterov: boolean,
): string | undefined {
  const made = b.nodes.findLast((node) => node.outputs.includes(gradient));
  if (nesterov || made?.op !== 'Gemm' || made.inputs.length !== 2) return undefined;
  return b.op('Gemm', [...made.inputs, velocity], {
    ...made.attributes,
    beta: { is: 'float', value: momentum },
  });
}

/**
 * m′ = b1·m + g; v′ = b2·v + g²; w′ = w − m′ / (√v′·s + e). Here m and v are the usual moments divided by
 * 1 − b1 and 1 − b2, and s and e take in these, the rate and both bias corrections: three passes less.
 *
 * Source: Kingma and Ba, Adam, arXiv 1412.6980; Loshchilov and Hutter, AdamW, arXiv 1711.05101; ε is
 * outside the correction, as in PyTorch's torch.optim.Adam: rate·m̂ / (√v̂ + ε).
 */
function adamUpdate(
  b: GraphBuilder,
  { b1, b2 }: Exclude<Optimizer, { is: 'sgd' }>,
  scalars: Readonly<Record<string, string>>,
  { weight, gradient, slots }: Update,
): Updated {
  const { mean = '', square = '' } = slots;
  const nextMean = b.op('Add', [b.op('Mul', [mean, b.scalar(b1)]), gradient]);
  const squared = b.op('Mul', [gradient, gradient]);
  const nextSquare = b.op('Add', [b.op('Mul', [square, b.scalar(b2)]), squared]);
  const scaled = b.op('Mul', [b.op('Sqrt', [nextSquare]), scalars['s'] ?? '']);
  const by = b.op('Div', [nextMean, b.op('Add', [scaled, scalars['e'] ?? ''])]);
  return { weight: b.op('Sub', [weight, by]), slots: { mean: nextMean, square: nextSquare } };
}
