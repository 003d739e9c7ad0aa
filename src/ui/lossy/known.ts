import type { NodeId } from '../../core/ids.ts';
import type { GraphData } from '../../core/lineage/graph.ts';
import type { LossyCurve } from '../../core/lossyViews.ts';
import type { ModelTest } from '../../core/modelTests/modelTest.ts';
import { modelsOfTest } from '../modelTests/boundModels.ts';
import { pointKey, withCurves, type Points } from './combine.ts';

/** What a state of the lineage is known by: sizes depend on its models, results on its tests too. */
export interface World {
  readonly models: string;
  readonly tests: string;
}

/** What previews have found, and of which state of the lineage. */
export interface Known {
  readonly of: World;
  readonly points: Points;
  /** Keys of points whose tests were run, though perhaps none could be. */
  readonly tried: ReadonlySet<string>;
}

export const nothingKnown: Known = {
  of: { models: '', tests: '' },
  points: new Map(),
  tried: new Set(),
};

export function worldOf({ nodes, edges, tests }: GraphData): World {
  const judged = tests.map(({ id, version, tolerances }) => [id, version, tolerances]);
  return {
    models: JSON.stringify([nodes.map(({ id }) => id), edges.length]),
    tests: JSON.stringify(judged),
  };
}

/** What is known of this state of the lineage: with other tests only the sizes. */
export function knownOf(known: Known, world: World): Known {
  if (known.of.models !== world.models) return { ...nothingKnown, of: world };
  if (known.of.tests === world.tests) return known;
  const sizes = [...known.points].map(
    ([key, point]) => [key, { ...point, tests: [], passes: undefined }] as const,
  );
  return { of: world, points: new Map(sizes), tried: new Set() };
}

/** @param tested - whether tests were run for the curve. */
export function withCurve(before: Known, world: World, curve: LossyCurve, tested: boolean): Known {
  const known = knownOf(before, world);
  const keys = tested ? curve.points.map(({ options }) => pointKey(curve.node, options)) : [];
  return {
    of: world,
    points: withCurves(known.points, [curve]),
    tried: new Set([...known.tried, ...keys]),
  };
}

/** The tests of each model. */
export function testsByModel(
  graph: GraphData,
  nodes: readonly NodeId[],
): ReadonlyMap<NodeId, readonly ModelTest[]> {
  const bound = graph.tests.map((test) => ({ test, nodes: modelsOfTest(test, graph) }));
  return new Map(
    nodes.map((id) => [id, bound.flatMap(({ test, nodes: of }) => (of.has(id) ? [test] : []))]),
  );
}

/** Those of the models that have a test. */
export function testedModels(
  tests: ReadonlyMap<NodeId, readonly ModelTest[]>,
): ReadonlySet<NodeId> {
  return new Set([...tests].flatMap(([id, own]) => (own.length > 0 ? [id] : [])));
}
