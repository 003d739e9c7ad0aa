import type { MergeLayer, MergePlan } from '../../core/mergeViews.ts';
import { nodeId } from '../modelNode.fixture.ts';

/** A layer as a plan has it; a conflict unless said otherwise. */
export function mergeLayer(id: string, given: Partial<MergeLayer> = {}): MergeLayer {
  return {
    id,
    label: id,
    kind: 'Linear',
    x: 'changed',
    y: 'changed',
    same: false,
    verdict: 'conflict',
    why: `Both changed ${id}, in different ways`,
    methods: ['x', 'y', 'base', 'average', 'slerp', 'task-arithmetic', 'ties'],
    changeX: 0.04,
    changeY: 0.08,
    alignment: 0.5,
    ...given,
  };
}

/** A layer that only one side changed. */
export const oneSided = (
  id: string,
  side: 'x' | 'y',
  given: Partial<MergeLayer> = {},
): MergeLayer =>
  mergeLayer(id, {
    [side === 'x' ? 'y' : 'x']: 'unchanged',
    verdict: 'one-side',
    why: `Only ${side} changed ${id}`,
    method: { is: side },
    ...given,
  });

/** A plan of the first three models of the sample lineage: X and Y are the children. */
export function mergePlan(given: Partial<MergePlan> = {}): MergePlan {
  return {
    x: nodeId(1),
    y: nodeId(2),
    base: nodeId(0),
    bases: [nodeId(0)],
    layers: [mergeLayer('enc'), oneSided('head', 'y')],
    verdict: 'conflict',
    because: ['Both changed enc, in different ways'],
    warnings: [],
    ...given,
  };
}
