import type { ModelNode } from '../../core/lineage/graph.ts';
import type { FunctionView } from '../../core/creationViews.ts';
import type { Recipe } from '../../core/recipe/recipe.ts';
import { isShown, valueText } from '../create/schemaValues.ts';
import { bytes, count } from '../format.ts';
import { environmentText } from '../training/environmentText.ts';
import { headlines } from '../training/headlines.ts';

/** A line of the comparison: one cell for each model; `best` are the cells to point out. */
export interface CompareRow {
  readonly name: string;
  readonly cells: readonly string[];
  readonly best: readonly boolean[];
}

function figures(nodes: readonly ModelNode[]): CompareRow[] {
  const all = nodes.map(({ outcome }) => headlines(outcome?.test ?? outcome?.validation));
  const names = [...new Set(all.flat().map(({ name }) => name))];
  return names.map((name) => {
    const found = all.map((list) => list.find((one) => one.name === name));
    const values = found.flatMap((one) => (one === undefined ? [] : [one.value]));
    const up = found.some((one) => one?.up === true);
    const best = up ? Math.max(...values) : Math.min(...values);
    return {
      name,
      cells: found.map((one) => one?.text ?? '–'),
      best: found.map((one) => values.length > 1 && one?.value === best),
    };
  });
}

const plain = (name: string, cells: readonly string[]): CompareRow => ({
  name,
  cells,
  best: cells.map(() => false),
});

type Line = Readonly<Record<string, string>>;

/** What a recipe says, by the words a form has for it; of settings those that count. */
function lineOf(recipe: Recipe | undefined, views: readonly FunctionView[]): Line {
  if (recipe === undefined) return {};
  const view = views.find(({ id }) => id === recipe.function);
  const args = Object.entries(recipe.arguments).flatMap(([key, value]) => {
    const field = view?.schema[key];
    if (view !== undefined && field !== undefined && !isShown(view.schema, field, recipe.arguments))
      return [];
    return [[field?.title ?? key, valueText(field, value)] as const];
  });
  return {
    'Made by': view?.title ?? recipe.function,
    ...Object.fromEntries(args),
    ...(recipe.data.length === 0
      ? {}
      : { 'Data set': recipe.data.map(({ name }) => name).join(', ') }),
    Seed: `${recipe.seed}`,
    'Computed on': environmentText(recipe.environment),
  };
}

/** The settings in which models differ that have them; what only one has is no difference. */
function settings(nodes: readonly ModelNode[], views: readonly FunctionView[]): CompareRow[] {
  const lines = nodes.map(({ recipe }) => lineOf(recipe, views));
  return [...new Set(lines.flatMap((line) => Object.keys(line)))].flatMap((title) => {
    const had = lines.flatMap((line) => line[title] ?? []);
    if (new Set(had).size < 2 && title !== 'Made by') return [];
    return [
      plain(
        title,
        lines.map((line) => line[title] ?? '–'),
      ),
    ];
  });
}

/**
 * Models side by side: what they scored, their sizes, and the settings in which they differ.
 *
 * @param stored - bytes that each costs in the store for itself, where that is known.
 * @param views - the creation functions: their words for settings and values.
 */
export function compareMade(
  nodes: readonly ModelNode[],
  stored: readonly (number | undefined)[],
  views: readonly FunctionView[],
): CompareRow[] {
  return [
    ...figures(nodes),
    plain(
      'Parameters',
      nodes.map(({ summary }) => count(summary.parameterCount)),
    ),
    plain(
      'File',
      nodes.map(({ summary }) => bytes(summary.sizeBytes)),
    ),
    plain(
      'Stored',
      stored.map((size) => (size === undefined ? '–' : bytes(size))),
    ),
    ...settings(nodes, views),
  ];
}
