import { LineageError } from '../../core/lineageError.ts';
import type { ModelNode } from '../../core/lineage/graph.ts';
import type { LossyOptions } from '../../core/lossyViews.ts';
import type { ModelTest } from '../../core/modelTests/modelTest.ts';
import { lossyFunction } from './chooseBase.ts';

/** @throws LineageError `recipe-invalid`. */
export function checkOptions({ quantiser, epsilon }: LossyOptions): void {
  const invalid = (field: string, reason: string) =>
    new LineageError('recipe-invalid', { function: lossyFunction, field, reason });
  if (!['mgit', 'per tensor'].includes(quantiser))
    throw invalid('quantiser', 'it is "mgit" or "per tensor"');
  if (!(epsilon > 0 && epsilon <= 1e6)) throw invalid('epsilon', 'it is a number above 0');
}

/** @throws LineageError `lossy-refused` for a model that is lossy, or that no test is bound to. */
export function checkModel(node: ModelNode, tests: readonly ModelTest[]): void {
  if (node.outcome?.lossy !== undefined)
    throw new LineageError('lossy-refused', {
      node: node.name,
      reason: 'it is lossy already',
      todo: 'Give its original its place back first, or choose a model that is exact',
    });
  if (tests.length === 0)
    throw untested(node, 'no test is bound to it, so nothing could say what it loses');
}

/** The error for a model of which nothing could tell what it loses. */
export function untested({ name }: ModelNode, reason: string): LineageError {
  return new LineageError('lossy-refused', {
    node: name,
    reason,
    todo: 'Add a test of what the model is for and bind it to this model, to its family or to all',
  });
}
