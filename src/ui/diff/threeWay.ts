import type { LayerMatch, ModelDiff } from '../../core/diffViews.ts';

/** A layer of the base, or one that a side added, with what became of it on either side. */
export interface ThreeWayRow {
  readonly label: string;
  /** Indices into the layers of base → A and of base → B. */
  readonly a?: number;
  readonly b?: number;
  readonly who: 'neither' | 'A' | 'B' | 'both';
}

/** Layers that a side added, by the layer of the base that they follow; −1 before the first. */
function addedAfter({ layers }: ModelDiff): Map<number, number[]> {
  const after = new Map<number, number[]>();
  let base = -1;
  for (const [index, layer] of layers.entries()) {
    if (layer.a !== undefined) base = layer.a;
    else after.set(base, [...(after.get(base) ?? []), index]);
  }
  return after;
}

/**
 * What two models changed of a common base, layer by layer in order of the base's execution. Layers
 * that both added stand apart: whether they are the same is told by comparing the two directly.
 *
 * @param toA - base → A, with the base as its `a`.
 */
export function threeWayRows(toA: ModelDiff, toB: ModelDiff): ThreeWayRow[] {
  const [addedA, addedB] = [addedAfter(toA), addedAfter(toB)];
  const inA = new Map(toA.layers.map(({ a }, index) => [a, index]));
  const inB = new Map(toB.layers.map(({ a }, index) => [a, index]));
  const rows: ThreeWayRow[] = [];
  const add = (base: number): void => {
    for (const a of addedA.get(base) ?? [])
      rows.push({ label: toA.layers[a]?.label ?? '', a, who: 'A' });
    for (const b of addedB.get(base) ?? [])
      rows.push({ label: toB.layers[b]?.label ?? '', b, who: 'B' });
  };
  add(-1);
  const bases = [...inA.keys()].filter((base) => base !== undefined).sort((p, q) => p - q);
  for (const base of bases) {
    const [a, b] = [inA.get(base), inB.get(base)];
    rows.push({
      label: toA.layers[a ?? -1]?.label ?? toB.layers[b ?? -1]?.label ?? '',
      ...(a === undefined ? {} : { a }),
      ...(b === undefined ? {} : { b }),
      who: whoChanged(toA.layers[a ?? -1], toB.layers[b ?? -1]),
    });
    add(base);
  }
  return rows;
}

function whoChanged(inA: LayerMatch | undefined, inB: LayerMatch | undefined): ThreeWayRow['who'] {
  const isOther = (layer: LayerMatch | undefined) => layer !== undefined && layer.is !== 'equal';
  if (isOther(inA)) return isOther(inB) ? 'both' : 'A';
  return isOther(inB) ? 'B' : 'neither';
}

/** `A alone changed 3 layers, B alone 2, both 1`. */
export function threeWaySummary(rows: readonly ThreeWayRow[]): string {
  const count = (who: ThreeWayRow['who']) => rows.filter((row) => row.who === who).length;
  const [a, b, both] = [count('A'), count('B'), count('both')];
  if (a + b + both === 0) return 'Neither A nor B changed any layer of the base.';
  const overlap =
    both === 0
      ? 'No layer was changed by both.'
      : `${both} changed by both: that is where a merge must decide.`;
  return `Of ${rows.length} layers, ${a} changed by A alone, ${b} by B alone. ${overlap}`;
}
