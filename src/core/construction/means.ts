import type { Edge } from '../lineage/graph.ts';
import { informativeTensors } from './matchTensors.ts';
import type { ConstructionNode } from './node.ts';
import type { RelatedPair } from './provenance.ts';

/** Relative residual below which a model is a weighted mean: float32 rounding leaves about 1e-7. */
const leastResidual = 1e-3;
/** Weight below which a model takes no part. */
const leastWeight = 0.02;
/** How much better than its nearest single relative the mean must explain a model. */
const betterThanOne = 10;
/** Most models that a mean is sought among: the nearest. */
const consideredModels = 16;

/** A model that is a weighted mean of others. */
export interface WeightedMean {
  readonly node: number;
  readonly parts: readonly { readonly of: number; readonly weight: number }[];
  /** ‖x − Σ w c‖ / ‖x‖ on the samples. */
  readonly residual: number;
}

/**
 * The nodes that are convex combinations of two or more of their relatives: averages of clients,
 * soups, interpolations. Weights must be positive, for otherwise each part of a mean would be a
 * combination of the mean and the other parts.
 *
 * @param wanted - which nodes are looked at.
 */
export function weightedMeans(
  nodes: readonly ConstructionNode[],
  pairs: readonly RelatedPair[],
  wanted: (node: number) => boolean,
): WeightedMean[] {
  const relatives = new Map<number, { of: number; distance: number }[]>();
  for (const { a, b, kinship } of pairs) {
    for (const [node, of] of [[a, b] as const, [b, a] as const]) {
      const list = relatives.get(node);
      if (list) list.push({ of, distance: kinship.distance });
      else relatives.set(node, [{ of, distance: kinship.distance }]);
    }
  }
  const means: WeightedMean[] = [];
  for (const [node, list] of relatives) {
    if (!wanted(node)) continue;
    const nearest = list.sort((p, q) => p.distance - q.distance).slice(0, consideredModels);
    if (nearest.length < 2 || (nearest[0]?.distance ?? 0) < leastResidual) continue;
    const mean = meanOf(
      nodes,
      node,
      nearest.map(({ of }) => of),
    );
    if (mean) means.push(mean);
  }
  return means;
}

function meanOf(
  nodes: readonly ConstructionNode[],
  node: number,
  others: readonly number[],
): WeightedMean | undefined {
  const target = nodes[node];
  if (target === undefined) return undefined;
  const wanted = sampleRows(target, target);
  const columns = others.flatMap((of) => {
    const other = nodes[of];
    const rows = other && sampleRows(target, other);
    return rows && rows.length === wanted.length ? [{ of, rows }] : [];
  });
  if (columns.length < 2) return undefined;
  const energy = dot(wanted, wanted);
  // Parts of no weight are left out and the rest solved again, so that they carry no error.
  let used = columns;
  for (;;) {
    const weights = leastSquares(used.map(({ rows }) => rows), wanted); // prettier-ignore
    const kept = used.filter((_, i) => (weights[i] ?? 0) > leastWeight);
    if (kept.length < 2) return undefined;
    if (kept.length < used.length) {
      used = kept;
      continue;
    }
    const residual = Math.sqrt(squaredError(used.map(({ rows }) => rows), weights, wanted) / energy); // prettier-ignore
    const single = Math.min(...used.map(({ rows }) => squaredError([rows], [1], wanted)));
    const explains =
      residual < leastResidual && residual * betterThanOne < Math.sqrt(single / energy);
    const parts = used.map(({ of }, i) => ({ of, weight: weights[i] ?? 0 }));
    return explains ? { node, parts, residual } : undefined;
  }
}

/** Samples of `model` in the tensors of `frame`, by name and shape, each scaled to unit spread. */
function sampleRows(frame: ConstructionNode, model: ConstructionNode): Float64Array {
  const byName = new Map(model.print.tensors.map((print) => [print.name, print]));
  const rows: number[] = [];
  for (const index of informativeTensors(frame.print)) {
    const print = frame.print.tensors[index];
    const same = print && byName.get(print.name);
    if (!same || same.shape.join() !== print.shape.join()) return new Float64Array(0);
    const { sampleStart, sampleLength } = same;
    for (const value of model.print.samples.subarray(sampleStart, sampleStart + sampleLength)) {
      rows.push(value / print.deviation);
    }
  }
  return Float64Array.from(rows);
}

function dot(x: Float64Array, y: Float64Array): number {
  return x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
}

function squaredError(
  columns: readonly Float64Array[],
  weights: readonly number[],
  wanted: Float64Array,
): number {
  return wanted.reduce((sum, value, i) => {
    const error = columns.reduce((left, column, k) => left - (weights[k] ?? 0) * (column[i] ?? 0), value); // prettier-ignore
    return sum + error * error;
  }, 0);
}

/** Weights of the columns that come nearest to `wanted`: QR by modified Gram–Schmidt. */
function leastSquares(columns: readonly Float64Array[], wanted: Float64Array): number[] {
  const basis: { readonly unit: Float64Array; readonly onto: number[]; readonly length: number }[] =
    [];
  for (const column of columns) {
    const left = Float64Array.from(column);
    const onto = basis.map(({ unit }) => {
      const share = dot(unit, left);
      for (let i = 0; i < left.length; i++) left[i] = (left[i] ?? 0) - share * (unit[i] ?? 0);
      return share;
    });
    const length = Math.sqrt(dot(left, left));
    basis.push({ unit: left.map((v) => (length > 0 ? v / length : 0)), onto, length });
  }
  const rest = Float64Array.from(wanted);
  const shares = basis.map(({ unit }) => {
    const share = dot(unit, rest);
    for (let i = 0; i < rest.length; i++) rest[i] = (rest[i] ?? 0) - share * (unit[i] ?? 0);
    return share;
  });
  const weights = new Array<number>(columns.length).fill(0);
  for (let k = columns.length - 1; k >= 0; k--) {
    let share = shares[k] ?? 0;
    for (let j = k + 1; j < columns.length; j++)
      share -= (basis[j]?.onto[k] ?? 0) * (weights[j] ?? 0);
    const length = basis[k]?.length ?? 0;
    weights[k] = length > 1e-9 ? share / length : 0;
  }
  return weights;
}

/** The provenance edges of weighted means: one from each part, with its weight. */
export function meanEdges(
  nodes: readonly ConstructionNode[],
  means: readonly WeightedMean[],
): Edge[] {
  return means.flatMap(({ node, parts, residual }) =>
    parts.flatMap(({ of, weight }): Edge[] => {
      const [parent, child] = [nodes[of], nodes[node]];
      if (parent === undefined || child === undefined) return [];
      return [
        {
          kind: 'provenance',
          from: parent.id,
          to: child.id,
          grade: 'inferred',
          role: 'merged',
          evidence: {
            rule: 'weighted-mean',
            relation: 'averaged',
            confidence: 0.99,
            direction: { confidence: 0.98, because: 'the mean lies among its parts' },
            facts: [
              { label: 'weight of this parent', value: weight.toFixed(3) },
              { label: 'parents', value: String(parts.length) },
              { label: 'relative residual', value: residual.toExponential(1) },
            ],
          },
        },
      ];
    }),
  );
}
