import type { MergeTensor, MergeTensorChange } from '../mergeViews.ts';

/** Bins of a histogram of changes: odd, so that the smallest are in the middle. */
export const changeBins = 31;

/**
 * What two sides did to the numbers of one tensor. A side of another length than the base is left out.
 * Norms are of the finite changes, in double precision.
 */
export function measureChanges(
  base: Float64Array | undefined,
  x: Float64Array | undefined,
  y: Float64Array | undefined,
): Pick<MergeTensor, 'norm' | 'x' | 'y' | 'alignment' | 'range'> {
  if (base === undefined) return { range: 0 };
  const fitting = (side: Float64Array | undefined) => side?.length === base.length ? side : undefined; // prettier-ignore
  const [ofX, ofY] = [fitting(x), fitting(y)];
  const range = Math.max(furthest(base, ofX), furthest(base, ofY));
  const [changeX, changeY] = [changeOf(base, ofX, range), changeOf(base, ofY, range)];
  const norms = (changeX?.norm ?? 0) * (changeY?.norm ?? 0);
  const dot = ofX === undefined || ofY === undefined ? 0 : dotOf(base, ofX, ofY);
  return {
    norm: Math.sqrt(base.reduce((sum, value) => sum + (Number.isFinite(value) ? value * value : 0), 0)), // prettier-ignore
    ...(changeX === undefined ? {} : { x: changeX }),
    ...(changeY === undefined ? {} : { y: changeY }),
    ...(norms > 0 ? { alignment: dot / norms } : {}),
    range,
  };
}

function furthest(base: Float64Array, side: Float64Array | undefined): number {
  let most = 0;
  for (let i = 0; i < (side?.length ?? 0); i++) {
    const change = Math.abs((side?.[i] as number) - (base[i] as number));
    if (change > most && Number.isFinite(change)) most = change;
  }
  return most;
}

function changeOf(
  base: Float64Array,
  side: Float64Array | undefined,
  range: number,
): MergeTensorChange | undefined {
  if (side === undefined) return undefined;
  const histogram = new Array<number>(changeBins).fill(0);
  let [squares, differing] = [0, 0];
  for (const [i, value] of side.entries()) {
    const before = base[i] as number;
    if (Object.is(value, before) || value === before) continue;
    differing += 1;
    const change = value - before;
    if (!Number.isFinite(change)) continue;
    squares += change * change;
    const bin = Math.min(changeBins - 1, Math.floor(((change / range + 1) / 2) * changeBins));
    histogram[bin] = (histogram[bin] ?? 0) + 1;
  }
  return { norm: Math.sqrt(squares), differing, histogram };
}

function dotOf(base: Float64Array, x: Float64Array, y: Float64Array): number {
  let dot = 0;
  for (const [i, before] of base.entries()) {
    const product = ((x[i] as number) - before) * ((y[i] as number) - before);
    if (Number.isFinite(product)) dot += product;
  }
  return dot;
}
