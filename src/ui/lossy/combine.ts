import type { NodeId } from '../../core/ids.ts';
import type { LossyCurve, LossyOptions, LossyPoint, LossyTest } from '../../core/lossyViews.ts';

/** The points known so far, by model and options. */
export type Points = ReadonlyMap<string, LossyPoint>;

export function pointKey(node: NodeId, { quantiser, epsilon }: LossyOptions): string {
  return `${node} ${quantiser} ${epsilon}`;
}

/** What was known with what a preview found; a point with tests is not replaced by one without. */
export function withCurves(points: Points, curves: readonly LossyCurve[]): Points {
  const all = new Map(points);
  for (const { node, points: found } of curves)
    for (const point of found) {
      const key = pointKey(node, point.options);
      if (point.tests.length > 0 || (all.get(key)?.tests.length ?? 0) === 0) all.set(key, point);
    }
  return all;
}

/** What all models together would take at one ε. */
export interface Combined {
  readonly epsilon: number;
  readonly rawBytes: number;
  readonly losslessBytes: number;
  readonly lossyBytes: number;
  readonly estimated: boolean;
  readonly maxError: number;
  /** Over all weights: each model's by its share of the bytes. */
  readonly meanError: number;
  readonly exactTensors: number;
  readonly tests: readonly (LossyTest & { readonly node: NodeId })[];
  /** Models whose tests have been run at this ε. */
  readonly tested: number;
  /** Whether every test stays within its tolerance; undefined where some have not been run. */
  readonly passes: boolean | undefined;
}

/**
 * @param needed - the models that have tests: until all of those are run, it is not known whether all pass.
 * Undefined while a model's point at this ε is not known.
 */
export function combined(
  points: Points,
  nodes: readonly NodeId[],
  options: LossyOptions,
  needed: ReadonlySet<NodeId>,
): Combined | undefined {
  const found = nodes.flatMap((node) => {
    const point = points.get(pointKey(node, options));
    return point === undefined ? [] : [{ node, point }];
  });
  if (found.length < nodes.length || found.length === 0) return undefined;
  const sum = (of: (point: LossyPoint) => number) =>
    found.reduce((total, { point }) => total + of(point), 0);
  const rawBytes = sum((point) => point.rawBytes);
  const judged = found.filter(({ point }) => point.passes !== undefined);
  const failed = judged.some(({ point }) => point.passes === false);
  const all = [...needed].every((id) => judged.some(({ node }) => node === id));
  return {
    epsilon: options.epsilon,
    rawBytes,
    losslessBytes: sum((point) => point.losslessBytes),
    lossyBytes: sum((point) => point.lossyBytes),
    estimated: found.some(({ point }) => point.estimated),
    maxError: found.reduce((most, { point }) => Math.max(most, point.maxError), 0),
    meanError: sum((point) => point.meanError * point.rawBytes) / Math.max(1, rawBytes),
    exactTensors: sum((point) => point.exactTensors.length),
    tests: found.flatMap(({ node, point }) => point.tests.map((test) => ({ ...test, node }))),
    tested: judged.length,
    passes: failed ? false : judged.length > 0 && all ? true : undefined,
  };
}
