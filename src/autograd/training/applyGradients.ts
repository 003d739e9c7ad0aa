import type { GraphBuilder } from '../graphBuilder.ts';
import { clipGradients, sumOfSquares } from './clipGradients.ts';
import { optimizerNodes, optimizerScalars, slotsOf } from './optimizers.ts';
import type { FeedTensor, StepOptions } from './stepTypes.ts';
import { networkWeights } from '../../core/network/trainableWeights.ts';

/** Names of a weight's companions, as inputs of the programs. */
export const slotName = (weight: string, slot: string) => `${weight}::${slot}`;
export const averageName = (weight: string) => `${weight}::average`;
export const gradientName = (weight: string) => `${weight}::gradient`;
export const maskName = (weight: string) => `${weight}::mask`;

/** What an update adds to a program. */
export interface Applied {
  readonly scalars: readonly FeedTensor[];
  /** State tensor → its next value. */
  readonly writes: ReadonlyMap<string, string>;
  /** Boolean scalar: whether the gradients were finite; of half precision. */
  readonly finite?: string;
}

/**
 * Adds the optimiser: clipping, update, mask, moving average, in this order, for every weight with a
 * gradient. The weights are in the builder; slots, averages and masks become its inputs.
 */
export function applyGradients(
  b: GraphBuilder,
  { settings, network, masked = [] }: StepOptions,
  gradients: ReadonlyMap<string, string>,
): Applied {
  const { optimizer, weightDecay } = settings;
  const names = Object.keys(optimizerScalars(optimizer, weightDecay, 1, 1));
  const scalars = names.map((scalar): FeedTensor => {
    const name = b.input(`scalar::${scalar}`, 'f32', []);
    return { is: 'scalar', scalar, name, dtype: 'f32', shape: [] };
  });
  const scalarNames = Object.fromEntries(names.map((name) => [name, `scalar::${name}`]));
  const decaying = settings.decayAll ? undefined : decayingWeights(network);
  const used =
    settings.clipNorm === undefined ? gradients : clipGradients(b, gradients, settings.clipNorm);
  const writes = new Map<string, string>();
  for (const [weight, gradient] of used) {
    const shape = b.shape(weight);
    const slots = slotsOf(optimizer).map((slot) => [
      slot,
      b.input(slotName(weight, slot), 'f32', shape),
    ]);
    const updated = optimizerNodes(b, optimizer, weightDecay, scalarNames, {
      weight,
      gradient,
      slots: Object.fromEntries(slots) as Record<string, string>,
      decays: decaying?.has(weight) ?? true,
    });
    const next = masked.includes(weight)
      ? b.op('Mul', [updated.weight, b.input(maskName(weight), 'f32', shape)])
      : updated.weight;
    writes.set(weight, next);
    for (const [slot, value] of Object.entries(updated.slots))
      writes.set(slotName(weight, slot), value);
    if (settings.ema !== undefined)
      writes.set(averageName(weight), averaged(b, weight, next, settings.ema));
  }
  if (settings.precision === 'f32') return { scalars, writes };
  const finite = isFinite(b, [...gradients.values()]);
  return { scalars, writes: kept(b, writes, finite), finite };
}

/** The writes where `finite` holds, else what was there before. */
export function kept(
  b: GraphBuilder,
  writes: ReadonlyMap<string, string>,
  finite: string,
): ReadonlyMap<string, string> {
  return new Map([...writes].map(([name, next]) => [name, b.op('Where', [finite, next, name])]));
}

/** Neither an infinity nor NaN is below the largest number. */
function isFinite(b: GraphBuilder, values: readonly string[]): string {
  return b.op('Less', [sumOfSquares(b, values), b.scalar(3e38)]);
}

/** ā′ = d·ā + (1 − d)·w′. */
function averaged(b: GraphBuilder, weight: string, next: string, decay: number): string {
  const average = b.input(averageName(weight), 'f32', b.shape(weight));
  return b.op('Add', [
    b.op('Mul', [average, b.scalar(decay)]),
    b.op('Mul', [next, b.scalar(1 - decay)]),
  ]);
}

/** Weights that decay where biases and normalisations do not; what is not known as a part, by its rank. */
function decayingWeights(network: StepOptions['network']): ReadonlySet<string> {
  const found = networkWeights(network).layers.flatMap(({ weights }) => weights);
  const parts = new Map(found.map(({ name, part }) => [name, part]));
  return new Set(
    [...network.initializers].flatMap(([name, { shape }]) => {
      const part = parts.get(name) ?? (shape.length >= 2 ? 'kernel' : 'bias');
      return part === 'kernel' ? [name] : [];
    }),
  );
}
