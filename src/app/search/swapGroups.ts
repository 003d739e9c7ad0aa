import { isFloat } from '../../core/dtype.ts';
import type { Literal } from '../../core/network/network.ts';
import { isWritable, literal, numbersOf } from '../../core/network/literal.ts';
import { halfOf } from '../../core/network/surgery/halfWeights.ts';
import { networkWeights } from '../../core/network/trainableWeights.ts';
import type { TensorEntry } from '../../core/snapshot.ts';
import type { ParentModel } from '../create/creationFunction.ts';
import type { StoredParent } from '../create/parentModel.ts';

/** A tensor of the good model and the one of the bad model that it became. */
export interface MatchedTensor {
  readonly good: TensorEntry;
  readonly bad: TensorEntry;
}

/** Matches tensors of two models; what is in neither pair is only in one of them. */
export type MatchTensors = (
  good: StoredParent,
  bad: StoredParent,
) => Promise<readonly MatchedTensor[]>;

/** By equal names and shapes. */
export const sameNames: MatchTensors = (good, bad) => {
  const named = new Map(good.tensors.map((entry) => [entry.name, entry]));
  const pairs = bad.tensors.flatMap((entry): MatchedTensor[] => {
    const other = named.get(entry.name);
    const same = other !== undefined && other.shape.join() === entry.shape.join();
    return same ? [{ good: other, bad: entry }] : [];
  });
  return Promise.resolve(pairs);
};

/** What is swapped together. */
export interface SwapGroup {
  readonly label: string;
  readonly pairs: readonly MatchedTensor[];
}

/** The matched tensors that differ, as layers or one by one, in the order of the bad model. */
export async function swapGroups(
  good: StoredParent,
  bad: StoredParent,
  pairs: readonly MatchedTensor[],
  by: 'layer' | 'tensor',
): Promise<{ readonly groups: readonly SwapGroup[]; readonly unfit: readonly string[] }> {
  const differing = pairs.filter((pair) => !sameContent(good, bad, pair));
  const unfit = differing.filter((pair) => !convertible(pair)).map((pair) => pair.bad.name);
  const layerOf = by === 'layer' ? await layersOf(bad) : (name: string) => name;
  const groups = new Map<string, MatchedTensor[]>();
  for (const pair of differing.filter(convertible)) {
    const label = layerOf(pair.bad.name);
    groups.set(label, [...(groups.get(label) ?? []), pair]);
  }
  return { groups: [...groups].map(([label, members]) => ({ label, pairs: members })), unfit };
}

/** The layer's name of a tensor: by the computation where there is one, else the name's own prefix. */
async function layersOf(model: ParentModel): Promise<(name: string) => string> {
  const layers = new Map<string, string>();
  if (model.node.summary.format === 'onnx')
    for (const { name, weights } of networkWeights(await model.network()).layers)
      for (const weight of weights) layers.set(weight.name, prefixOf(weight.name) ?? name);
  return (name) => layers.get(name) ?? prefixOf(name) ?? name;
}

/** `features.0.weight` → `features.0`. */
function prefixOf(name: string): string | undefined {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(0, dot) : undefined;
}

function sameContent(good: StoredParent, bad: StoredParent, pair: MatchedTensor): boolean {
  const idOf = ({ stored }: StoredParent, { payload }: TensorEntry) =>
    payload === undefined ? undefined : stored.manifest.payloads[payload]?.id;
  const [a, b] = [idOf(good, pair.good), idOf(bad, pair.bad)];
  const viewed = JSON.stringify(pair.good.view) === JSON.stringify(pair.bad.view);
  return a !== undefined && a === b && viewed && pair.good.dtype === pair.bad.dtype;
}

function convertible({ good, bad }: MatchedTensor): boolean {
  if (good.payload === undefined || bad.payload === undefined) return false;
  if (good.dtype === bad.dtype) return true;
  const target = bad.dtype === 'f16' || isWritable(bad.dtype);
  return isFloat(good.dtype) && isFloat(bad.dtype) && target;
}

/** The good model's values by the bad model's tensor names, in the bad model's dtypes. */
export async function goodValues(
  good: ParentModel,
  groups: readonly SwapGroup[],
): Promise<ReadonlyMap<string, Literal>> {
  const pairs = groups.flatMap((group) => group.pairs);
  const values = await good.values(pairs.map((pair) => pair.good.name));
  return new Map(
    pairs.flatMap((pair) => {
      const value = values.get(pair.good.name);
      return value === undefined ? [] : [[pair.bad.name, converted(value, pair.bad)] as const];
    }),
  );
}

function converted(value: Literal, { dtype, shape }: TensorEntry): Literal {
  if (value.dtype === dtype) return value;
  if (isWritable(dtype)) return literal(dtype, shape, numbersOf(value));
  return halfOf(literal('f32', shape, numbersOf(value))).half;
}
