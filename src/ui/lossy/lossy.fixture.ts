import type { NodeId } from '../../core/ids.ts';
import type { GraphData } from '../../core/lineage/graph.ts';
import type {
  LossyCurve,
  LossyOptions,
  LossyPoint,
  LossyPreviewOrder,
  LossyReceipt,
  LossyTest,
} from '../../core/lossyViews.ts';
import { nodeId } from '../modelNode.fixture.ts';
import { testedGraph } from '../modelTests/tested.fixture.ts';

/* Curves, receipts and a lossy model as the worker gives them, for tests of the interface. */

/** The accuracy of `reads` with this loss: from 97 % down by a twentieth of ε. */
export function lossyTest(epsilon: number): LossyTest {
  const after = 0.97 - epsilon / 20;
  return {
    test: 'Reads',
    metric: 'Accuracy',
    before: 0.97,
    after,
    worse: 0.97 - after > 0.01,
    tolerance: '0.01',
  };
}

/** 30 kB exact; the larger ε, the fewer bytes. */
export function lossyPoint(
  options: LossyOptions,
  tests = false,
  extra: Partial<LossyPoint> = {},
): LossyPoint {
  const rows = tests ? [lossyTest(options.epsilon)] : [];
  return {
    options,
    rawBytes: 80_000,
    losslessBytes: 30_000,
    lossyBytes: Math.round(3000 / (1 + 100 * options.epsilon)),
    estimated: false,
    maxError: options.epsilon,
    meanError: options.epsilon / 3,
    exactTensors: [{ name: 'steps', why: 'its numbers are not floats' }],
    tests: rows,
    passes: tests ? rows.every(({ worse }) => !worse) : undefined,
    ...extra,
  };
}

/** What a preview would find. */
export function lossyCurves({ nodes, options, tests }: LossyPreviewOrder): LossyCurve[] {
  return nodes.map((node) => ({
    node,
    name: node,
    points: options.map((one) => lossyPoint(one, tests)),
  }));
}

/** The receipt of a lossy version of a model of the sample graph. */
export function lossyReceipt(original: NodeId, snapshot: string): LossyReceipt {
  const point = lossyPoint({ quantiser: 'per tensor', epsilon: 0.03 }, true);
  return {
    ...point,
    passes: true,
    original,
    originalSnapshot: snapshot,
    codec: 'steps',
    steps: [{ name: 'conv1.weight', step: 0.002 }],
    at: Date.UTC(2026, 10, 21, 12),
  };
}

/** The sample graph, tested, in which model 3 is the lossy version of model 1. */
export function lossyGraph(): GraphData {
  const graph = testedGraph();
  const original = graph.nodes.find(({ id }) => id === nodeId(1));
  if (original === undefined) throw new Error('the sample graph has a model 1');
  const lossy = lossyReceipt(original.id, original.snapshot);
  return {
    ...graph,
    nodes: graph.nodes.map((node) =>
      node.id === nodeId(3) ? { ...node, outcome: { lossy } } : node,
    ),
  };
}
