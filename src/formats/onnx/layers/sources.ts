import { limits } from '../limits.ts';
import type { Failure } from '../wire/failure.ts';
import type { ViaSets } from './viaSets.ts';

/** The model's input among the sources of a value; layer `i` is `i + 1`. */
export const modelInput = 0;

/**
 * What reaches a value without crossing another layer: sources in ascending order, with the
 * operators on the way. `pending` is still to be added to each, so that a chain costs nothing.
 */
export interface Sources {
  readonly from: Int32Array;
  readonly via: Int32Array;
  readonly pending: number;
}

export const noSources: Sources = {
  from: new Int32Array(0),
  via: new Int32Array(0),
  pending: 0,
};

/** One source, reached directly. */
export function oneSource(source: number): Sources {
  return { from: Int32Array.of(source), via: Int32Array.of(0), pending: 0 };
}

/** Joins sets of sources, counting the work. */
export interface SourceSets {
  /** The same sources with nothing pending. */
  readonly settled: (of: Sources, at: number) => Sources;
  readonly join: (a: Sources, b: Sources, at: number) => Sources;
}

/**
 * Operations on sources for one graph.
 *
 * @throws LineageError `format-unsupported`, from each, over `limits.dataflowSteps` altogether.
 */
export function sourceSets(sets: ViaSets, failure: Failure): SourceSets {
  let steps = 0;
  const spend = (count: number, at: number): void => {
    steps += count;
    if (steps > limits.dataflowSteps)
      throw failure.unsupported(at, `dataflow of more than ${limits.dataflowSteps} steps`);
  };
  const settled = (of: Sources, at: number): Sources => {
    spend(of.from.length, at);
    if (of.pending === 0) return of;
    return { from: of.from, via: of.via.map((via) => sets.union(via, of.pending)), pending: 0 };
  };
  const join = (a: Sources, b: Sources, at: number): Sources => {
    if (a.via === b.via && a.pending === b.pending) return a;
    if (b.from.length === 0) return a;
    if (a.from.length === 0) return b;
    return merged(settled(a, at), settled(b, at), sets);
  };
  return { settled, join };
}

/** The union of two ascending lists of sources; a source of both came by all of both ways. */
function merged(x: Sources, y: Sources, sets: ViaSets): Sources {
  const from = new Int32Array(x.from.length + y.from.length);
  const via = new Int32Array(from.length);
  let [i, j, k] = [0, 0, 0];
  while (i < x.from.length || j < y.from.length) {
    const a = i < x.from.length ? (x.from[i] as number) : Infinity;
    const b = j < y.from.length ? (y.from[j] as number) : Infinity;
    from[k] = Math.min(a, b);
    const ofX = a <= b ? (x.via[i++] as number) : 0;
    const ofY = b <= a ? (y.via[j++] as number) : 0;
    via[k++] = sets.union(ofX, ofY);
  }
  return { from: from.slice(0, k), via: via.slice(0, k), pending: 0 };
}
