import { matchPayloads } from '../../core/construction/matchPayloads.ts';
import type { ModelFingerprint, TensorPrint } from '../../core/construction/types.ts';
import { tensorBytes, type Dtype } from '../../core/dtype.ts';
import type { Recipe } from '../../core/recipe/recipe.ts';
import type { Payload } from '../../core/snapshot.ts';

/** A stored model whose tensors may be the source of others'. */
export interface RelatedModel {
  readonly fingerprint: ModelFingerprint;
  readonly payloads: readonly Payload[];
  readonly literals: Payload;
}

/** A tensor that fills a payload of a stored model. */
export interface Relative {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly payload: Payload;
  /** Place of its model in the list of base models. */
  readonly model: number;
}

/** What a payload may follow from. */
export interface PayloadRelatives {
  /** What is in the payload: a tensor that fills it, or plain bytes as `u8` `[size]`. */
  readonly tensor: { readonly dtype: Dtype; readonly shape: readonly number[] };
  /** Counterparts in the base models: of equal name first. */
  readonly like: readonly Relative[];
  /** Tensors of base models that share values with it, or may hold parts of it. */
  readonly akin: readonly Relative[];
  /** Float tensors whose channels it may be the scales of. */
  readonly scaled: readonly Relative[];
  /** Low-rank adapters of its counterpart: B `[rows, rank]` and A `[rank, columns]`. */
  readonly adapters: readonly { readonly up: Relative; readonly down: Relative }[];
  /** Factors of the base models, in their order, that a recipe names. */
  readonly coefficients: readonly (readonly number[])[];
}

/**
 * For each payload of a model what it may follow from in its base models, best first: parents before
 * version predecessors. Cheap: fingerprints alone are looked at.
 *
 * @param recipe - how the model was made, where that is known.
 */
export function payloadRelatives(
  child: ModelFingerprint,
  bases: readonly RelatedModel[],
  recipe?: Recipe,
): PayloadRelatives[] {
  const matches = bases.map((base) => matchPayloads(child, base.fingerprint));
  const tensors = fillingTensors(child);
  const coefficients = recipeCoefficients(recipe);
  const named = bases.map((base, model) => namedRelatives(base, model));
  const values = sharedValues(child, bases, named);
  return child.payloadBytes.map((sizeBytes, index) => {
    const print = tensors[index];
    const like = bases.flatMap((_, model) => {
      const byName = print && named[model]?.byName.get(print.name);
      const byMatch = named[model]?.byPayload[matches[model]?.[index] ?? -1];
      return [...new Set([byName, byMatch].filter((each) => each !== undefined))];
    });
    const akin = print === undefined ? [] : values.akin(print);
    const stem = print && scaleName.exec(print.name)?.[1];
    const scaled = named.flatMap(({ byName }) => byName.get(stem ?? '') ?? []);
    const tensor = print ?? { dtype: 'u8' as const, shape: [sizeBytes] };
    const adapters = print === undefined ? [] : adaptersOf(print.name, named);
    return {
      tensor: { dtype: tensor.dtype, shape: tensor.shape },
      like,
      akin,
      scaled,
      adapters,
      coefficients,
    };
  });
}

/** What the bytes between a model's tensors may follow from: those of its base models. */
export function literalRelatives(
  literals: Payload,
  bases: readonly Pick<RelatedModel, 'literals'>[],
): PayloadRelatives {
  const bytesOf = (payload: Payload) => ({ dtype: 'u8' as const, shape: [payload.sizeBytes] });
  const like = bases.flatMap((base, model) =>
    base.literals.chunks.length === 0
      ? []
      : [{ name: '', ...bytesOf(base.literals), payload: base.literals, model }],
  );
  return { tensor: bytesOf(literals), like, akin: [], scaled: [], adapters: [], coefficients: [] };
}

interface NamedRelatives {
  readonly byName: ReadonlyMap<string, Relative>;
  readonly byPayload: readonly (Relative | undefined)[];
}

function namedRelatives(base: RelatedModel, model: number): NamedRelatives {
  const tensors = fillingTensors(base.fingerprint);
  const byPayload = base.payloads.map((payload, index): Relative | undefined => {
    if (payload.chunks.length === 0) return undefined;
    const { name, dtype, shape } = tensors[index] ?? {
      name: '',
      dtype: 'u8' as const,
      shape: [payload.sizeBytes],
    };
    return { name, dtype, shape, payload, model };
  });
  const byName = new Map(
    byPayload.flatMap((each) => (each && each.name !== '' ? [[each.name, each] as const] : [])),
  );
  return { byName, byPayload };
}

/** Values that two tensors must share to be looked at; a sketch has 16. */
const fewestShared = 3;
const mostAkin = 4;

/** Finds tensors by the sketches of their values: in any order, among any others. */
function sharedValues(
  child: ModelFingerprint,
  bases: readonly RelatedModel[],
  named: readonly NamedRelatives[],
): { akin(print: TensorPrint): Relative[] } {
  const holders = new Map<number, Set<Relative>>();
  for (const [model, { fingerprint }] of bases.entries())
    for (const [payload, print] of fillingTensors(fingerprint).entries()) {
      const relative = named[model]?.byPayload[payload];
      if (relative === undefined || print === undefined) continue;
      for (const value of sketchOf(fingerprint, print)) {
        const known = holders.get(value);
        if (known === undefined) holders.set(value, new Set([relative]));
        else known.add(relative);
      }
    }
  return {
    akin(print) {
      const shared = new Map<Relative, number>();
      for (const value of sketchOf(child, print))
        for (const relative of holders.get(value) ?? [])
          if (relative.dtype === print.dtype) shared.set(relative, (shared.get(relative) ?? 0) + 1);
      return [...shared]
        .filter(([, count]) => count >= fewestShared)
        .sort((a, b) => b[1] - a[1])
        .slice(0, mostAkin)
        .map(([relative]) => relative);
    },
  };
}

function sketchOf({ sketches }: ModelFingerprint, print: TensorPrint): Uint32Array {
  return sketches.subarray(print.sketchStart, print.sketchStart + print.sketchLength);
}

/** For each payload the tensor that fills it, row-major; undefined where there is none. */
function fillingTensors(model: ModelFingerprint): (TensorPrint | undefined)[] {
  const filling = new Array<TensorPrint | undefined>(model.payloadBytes.length).fill(undefined);
  for (const print of model.tensors) {
    const { payload, dtype, shape, id } = print;
    // Prints of views say so in their ids.
    if (payload === undefined || filling[payload] !== undefined || id.includes('@')) continue;
    if (tensorBytes(dtype, shape) === model.payloadBytes[payload]) filling[payload] = print;
  }
  return filling;
}

/** Names of the scales of a quantised tensor: its own with an ending. */
const scaleName = /^(.+?)[._/](?:quant_)?scales?$/;

/** Endings of the names of an adapter's two matrices, B first. */
const adapterEndings = [
  ['.lora_B', '.lora_A'],
  ['.lora_B.weight', '.lora_A.weight'],
  ['.lora_up.weight', '.lora_down.weight'],
] as const;

function adaptersOf(
  name: string,
  models: readonly NamedRelatives[],
): { readonly up: Relative; readonly down: Relative }[] {
  const stems = [name, name.replace(/\.weight$/, '')];
  return models.flatMap(({ byName }) =>
    stems.flatMap((stem) =>
      adapterEndings.flatMap(([b, a]) => {
        const [up, down] = [byName.get(stem + b), byName.get(stem + a)];
        return up && down ? [{ up, down }] : [];
      }),
    ),
  );
}

/** The factors of a weighted sum, as the functions that make one compute them. */
function recipeCoefficients(recipe: Recipe | undefined): number[][] {
  if (recipe === undefined) return [];
  const { weights, scale, normalise } = recipe.arguments;
  const given = Array.isArray(weights) ? weights.map(Number) : [];
  const count = recipe.parents.length;
  if (recipe.function === 'task-arithmetic') {
    const strength = typeof scale === 'number' ? scale : 1;
    const children = Array.from({ length: count - 1 }, (_, i) => strength * (given[i + 1] ?? 1));
    return [[1 - children.reduce((sum, factor) => sum + factor, 0), ...children]];
  }
  if (recipe.function !== 'linear-average' || given.length !== count) return [];
  const sum = given.reduce((total, weight) => total + weight, 0);
  return [normalise === false ? given : given.map((weight) => weight / sum)];
}
