import type { ModelDiff, TensorDifference } from '../../core/diffViews.ts';

/** Differences of tensors known so far, by pair. */
export type KnownRows = ReadonlyMap<number, TensorDifference>;

export function byPair(rows: readonly TensorDifference[]): KnownRows {
  return new Map(rows.map((row) => [row.pair, row]));
}

/** How much some layers changed, as far as it is known. */
export interface LayerChange {
  /** ‖b − a‖ / ‖a‖ over the tensors that can be subtracted; undefined where none is known yet. */
  readonly relative: number | undefined;
  /** Tensors whose difference is still being computed. */
  readonly waiting: number;
}

export function layerChange(
  diff: ModelDiff,
  known: KnownRows,
  layers: readonly number[],
): LayerChange {
  let [change, norm, waiting, found] = [0, 0, 0, 0];
  for (const layer of layers)
    for (const pair of diff.layers[layer]?.tensors ?? []) {
      const tensor = diff.tensors[pair];
      if (tensor?.is !== 'changed' || tensor.dtype === 'string') continue;
      const row = known.get(pair);
      if (row === undefined) waiting++;
      else {
        found++;
        change += row.norm ** 2;
        norm += row.normA ** 2;
      }
    }
  const relative = change === 0 ? 0 : Math.sqrt(change / norm);
  return { relative: found === 0 ? undefined : relative, waiting };
}

/** Length of a bar from 0 to 1: 0.01 % to 100 %, by orders of magnitude. */
export function barLength(relative: number): number {
  if (!(relative > 0)) return 0;
  return Math.min(1, Math.max(0.04, (Math.log10(relative) + 4) / 4));
}

/** A relative change: `3.2 %`, `4.5×` from ten on, `–` where it has no norm to relate to. */
export function changeText(relative: number): string {
  if (Number.isNaN(relative)) return '–';
  if (!Number.isFinite(relative)) return 'from 0';
  if (relative >= 10) return `${Number(relative.toPrecision(3))}×`;
  const share = 100 * relative;
  if (share !== 0 && share < 0.01) return '< 0.01 %';
  return `${Number(share.toPrecision(share < 1 ? 1 : 2))} %`;
}
