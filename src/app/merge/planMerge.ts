import type { NodeId } from '../../core/ids.ts';
import { entryOf, type MergeUnit } from '../../core/merge/mergeUnits.ts';
import type { MergeLayer, MergePlan } from '../../core/mergeViews.ts';
import { numbersOf } from '../../core/network/literal.ts';
import type { Run } from '../../core/ports/run.ts';
import { openMerge, type OpenMerge } from './openMerge.ts';
import type { MergePorts } from './mergePorts.ts';

/**
 * What a merge would be, layer by layer, with how far each side moved: values are read one tensor of the
 * three models at a time.
 *
 * @throws LineageError as `openMerge`.
 */
export async function planMerge(
  ports: MergePorts,
  { x, y, base }: { readonly x: NodeId; readonly y: NodeId; readonly base?: NodeId | undefined },
  run: Run,
): Promise<MergePlan> {
  const open = await openMerge(ports, x, y, base, run);
  const layers: MergeLayer[] = [];
  const { units, layers: decided } = open.decision;
  for (const [index, layer] of decided.entries()) {
    run.onProgress?.({ step: `Measuring ${layer.label}`, done: index, total: decided.length, unit: 'steps' }); // prettier-ignore
    const unit = units[index];
    const measured = unit !== undefined && layer.verdict !== 'unchanged';
    layers.push(measured ? { ...layer, ...(await sizesOf(open, unit, run)) } : layer);
  }
  return planOf(open, layers);
}

/** The plan without its sizes: what a merge goes by. */
export function planOf(
  { parents, bases, decision }: OpenMerge,
  layers: readonly MergeLayer[] = decision.layers,
): MergePlan {
  const { verdict, because, warnings, forward } = decision;
  const base = parents.base.node.id;
  const strange = bases.includes(base)
    ? []
    : [`${parents.base.node.name} is not a nearest common ancestor of the two.`];
  return {
    x: parents.x.node.id,
    y: parents.y.node.id,
    base,
    bases,
    layers,
    verdict,
    because,
    warnings: [...strange, ...warnings],
    ...(forward === undefined ? {} : { forward: parents[forward].node.id }),
  };
}

type Sizes = Pick<MergeLayer, 'changeX' | 'changeY' | 'alignment'>;

/** ‖X − B‖ / ‖B‖, ‖Y − B‖ / ‖B‖ and the cosine of the two changes, over the tensors that fit. */
async function sizesOf({ parents, sides }: OpenMerge, unit: MergeUnit, run: Run): Promise<Sizes> {
  const sums = { base: 0, x: 0, y: 0, dot: 0 };
  const found = { x: false, y: false };
  for (const tensor of unit.tensors) {
    run.signal.throwIfAborted();
    const read = async (side: 'base' | 'x' | 'y') => {
      const entry = entryOf(sides, tensor, side);
      if (entry?.payload === undefined) return undefined;
      const value = (await parents[side].values([entry.name])).get(entry.name);
      return value === undefined ? undefined : numbersOf(value);
    };
    const base = await read('base');
    if (base === undefined) continue;
    const sided = async (side: 'x' | 'y') => {
      const values = await read(side);
      return values?.length === base.length ? values : undefined;
    };
    const [x, y] = [await sided('x'), await sided('y')];
    found.x ||= x !== undefined;
    found.y ||= y !== undefined;
    addTo(sums, base, x, y);
  }
  const ratio = (squares: number) => Math.sqrt(squares) / Math.sqrt(sums.base);
  const both = found.x && found.y && sums.x > 0 && sums.y > 0;
  return {
    ...(found.x ? { changeX: ratio(sums.x) } : {}),
    ...(found.y ? { changeY: ratio(sums.y) } : {}),
    ...(both ? { alignment: sums.dot / Math.sqrt(sums.x * sums.y) } : {}),
  };
}

function addTo(
  sums: { base: number; x: number; y: number; dot: number },
  base: Float64Array,
  x: Float64Array | undefined,
  y: Float64Array | undefined,
): void {
  for (let i = 0; i < base.length; i++) {
    const start = base[i] as number;
    const byX = x === undefined ? 0 : (x[i] as number) - start;
    const byY = y === undefined ? 0 : (y[i] as number) - start;
    sums.base += start * start;
    sums.x += byX * byX;
    sums.y += byY * byY;
    sums.dot += byX * byY;
  }
}
