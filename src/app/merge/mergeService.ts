import type { NodeId } from '../../core/ids.ts';
import { nodeOf } from '../../core/lineage/editLineage.ts';
import { mergeBases } from '../../core/lineage/mergeBase.ts';
import type { MergeOrder } from '../../core/mergeViews.ts';
import type { Metric, ModelTest } from '../../core/modelTests/modelTest.ts';
import type { Run } from '../../core/ports/run.ts';
import { checkArguments } from '../../core/recipe/checkArguments.ts';
import { testFunctionOf } from '../modelTests/functions/registry.ts';
import { judgeOf } from '../modelTests/judge.ts';
import type { TestPorts } from '../modelTests/testPorts.ts';
import { mergeModels, previewMerge } from './mergeModels.ts';
import type { MergePorts } from './mergePorts.ts';
import { mergeTensorsOf, type MergeLayerOrder } from './mergeTensorsOf.ts';
import { planMerge } from './planMerge.ts';

/** The part of the lineage service that merges models. */
export function mergeService(testPorts: TestPorts) {
  const ports: MergePorts = { ...testPorts, judge: judgeOf(testPorts), metricsOf };
  return {
    mergeBases: async (x: NodeId, y: NodeId) => {
      const lineage = await ports.session.lineage();
      return mergeBases(lineage, nodeOf(lineage, x).id, nodeOf(lineage, y).id);
    },
    planMerge: (x: NodeId, y: NodeId, base: NodeId | undefined, run: Run) =>
      planMerge(ports, { x, y, base }, run),
    mergeTensors: (order: MergeLayerOrder, run: Run) => mergeTensorsOf(ports, order, run),
    previewMerge: (order: MergeOrder, run: Run) => previewMerge(ports, order, run),
    merge: (order: MergeOrder, run: Run) => mergeModels(ports, order, run),
  };
}

/** A test's metrics, with its own tolerances in place of the function's. */
function metricsOf({ function: id, arguments: given, tolerances }: ModelTest): readonly Metric[] {
  const fn = testFunctionOf(id);
  return fn.metrics(checkArguments(fn.id, fn.schema, given)).map((metric) => {
    const tolerance = tolerances[metric.name];
    return tolerance === undefined ? metric : { ...metric, tolerance };
  });
}
