import type { MergeLayer, MergePlan } from '../../core/mergeViews.ts';
import type { Choices } from './mergeWords.ts';

export type LayerFilter = 'all' | 'changed' | 'decide';

const isChanged = ({ verdict }: MergeLayer) => verdict !== 'unchanged';
const needsLook = ({ verdict }: MergeLayer) =>
  verdict === 'conflict' || verdict === 'possible-conflict' || verdict === 'refused';

/** Layers to show. Those to decide come with conflicts first; else they are in order of execution. */
export function listLayers(
  layers: readonly MergeLayer[],
  filter: LayerFilter,
): readonly MergeLayer[] {
  if (filter === 'all') return layers;
  if (filter === 'changed') return layers.filter(isChanged);
  const wanted = layers.filter(needsLook);
  const hard = wanted.filter(({ verdict }) => verdict !== 'possible-conflict');
  return [...hard, ...wanted.filter(({ verdict }) => verdict === 'possible-conflict')];
}

export interface LayerCounts {
  readonly all: number;
  readonly changed: number;
  readonly decide: number;
}

export function countLayers(layers: readonly MergeLayer[]): LayerCounts {
  return {
    all: layers.length,
    changed: layers.filter(isChanged).length,
    decide: layers.filter(needsLook).length,
  };
}

/** Conflicts that nobody has chosen for. */
export function openConflicts(
  layers: readonly MergeLayer[],
  choices: Choices,
): readonly MergeLayer[] {
  return layers.filter(
    ({ id, verdict, method }) =>
      verdict === 'conflict' && method === undefined && !Object.hasOwn(choices, id),
  );
}

/** Possible conflicts that are left to the tests. */
export function unproven(layers: readonly MergeLayer[], choices: Choices): readonly MergeLayer[] {
  return layers.filter(
    ({ id, verdict }) => verdict === 'possible-conflict' && !Object.hasOwn(choices, id),
  );
}

/** Whether choices lead anywhere: nothing is made of a refused merge, nor of a fast-forward. */
export function canMerge({ verdict }: Pick<MergePlan, 'verdict'>): boolean {
  return verdict !== 'refused' && verdict !== 'fast-forward';
}

/** The greatest relative change of the plan: the bars' full length. */
export function greatestChange(layers: readonly MergeLayer[]): number {
  return layers.reduce(
    (most, { changeX = 0, changeY = 0 }) =>
      Math.max(most, ...[changeX, changeY].filter(Number.isFinite)),
    0,
  );
}

/** What is shown before a person chose: what needs a look, where something does. */
export function firstFilter(layers: readonly MergeLayer[]): LayerFilter {
  const { decide, changed } = countLayers(layers);
  return decide > 0 ? 'decide' : changed > 0 ? 'changed' : 'all';
}
