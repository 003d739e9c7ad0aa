import type { ModelFingerprint } from '../construction/types.ts';
import { estimateAlone, estimateDelta } from './estimateSize.ts';
import { payloadPrints, sketchesOf, type TensorSketch } from './tensorSketch.ts';

/** A model's tensors as sketches, by payload, with the names they go by. */
export interface ModelSketches {
  readonly sketches: readonly (TensorSketch | undefined)[];
  /** Payloads by name and form, and by form alone in order. */
  readonly byName: ReadonlyMap<string, number>;
  readonly byForm: ReadonlyMap<string, readonly number[]>;
}

/** What is kept of a fingerprint to estimate deltas to its tensors. */
export function modelSketches(model: ModelFingerprint): ModelSketches {
  const sketches = sketchesOf(model);
  const prints = payloadPrints(model);
  const byName = new Map<string, number>();
  const byForm = new Map<string, number[]>();
  for (const [payload, sketch] of sketches.entries()) {
    if (sketch === undefined) continue;
    byName.set(`${prints[payload]?.name ?? ''} ${sketch.form}`, payload);
    const list = byForm.get(sketch.form);
    if (list) list.push(payload);
    else byForm.set(sketch.form, [payload]);
  }
  return { sketches, byName, byForm };
}

/** Gain over what was chosen before, in its bytes, below which one more model is not worth trying. */
const leastGain = 0.03;
/** Tensors of equal form tried where no name fits. */
const triedUnnamed = 2;

/**
 * Which of `models` to store a model's tensors over, as indices, at most `most`: the one over which
 * all of it is estimated smallest, then those that make a part of it smaller still. Of nearly equal
 * ones the first. Never empty where `models` is not.
 */
export function nearestModels(
  child: ModelFingerprint,
  models: readonly ModelSketches[],
  most: number,
): number[] {
  const own = modelSketches(child);
  const names = payloadPrints(child).map((print) => print?.name ?? '');
  const alone = own.sketches.map((sketch) => (sketch === undefined ? 0 : estimateAlone(sketch)));
  const estimates = models.map((model) =>
    own.sketches.map((sketch, payload) =>
      sketch === undefined ? 0 : leastDelta(sketch, names[payload] ?? '', model),
    ),
  );
  const chosen: number[] = [];
  let least = alone;
  for (;;) {
    const before = sum(least);
    const after = estimates.map((each) =>
      sum(least.map((known, payload) => Math.min(known, each[payload] ?? Infinity))),
    );
    const best = after.reduce((lowest, bytes) => Math.min(lowest, bytes), Infinity);
    const index = after.findIndex((bytes) => bytes <= best * (1 + leastGain));
    const isWorth = best < before * (1 - leastGain);
    if (index < 0 || (chosen.length > 0 && !isWorth)) return chosen;
    chosen.push(index);
    least = least.map((known, payload) => Math.min(known, estimates[index]?.[payload] ?? Infinity));
    if (chosen.length >= most) return chosen;
  }
}

/** The smallest estimated delta to a tensor of the model: the one of its name, else of its form. */
function leastDelta(sketch: TensorSketch, name: string, model: ModelSketches): number {
  const named = model.byName.get(`${name} ${sketch.form}`);
  const tried = named === undefined ? model.byForm.get(sketch.form) : [named];
  return (tried ?? []).slice(0, triedUnnamed).reduce((least, payload) => {
    const other = model.sketches[payload];
    return other === undefined ? least : Math.min(least, estimateDelta(sketch, other));
  }, Infinity);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
