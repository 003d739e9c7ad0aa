import type { ModelNode } from '../../core/lineage/graph.ts';
import type { Json } from '../../core/recipe/recipe.ts';
import { valueText } from '../create/schemaValues.ts';
import { bytes, count } from '../format.ts';
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

function settings(nodes: readonly ModelNode[]): CompareRow[] {
  const lines = nodes.map(({ recipe }): Record<string, Json> => {
    if (recipe === undefined) return {};
    return {
      function: recipe.function,
      ...recipe.arguments,
      data: recipe.data.map(({ name }) => name),
      seed: recipe.seed,
      device: recipe.environment.backend,
    };
  });
  return [...new Set(lines.flatMap((line) => Object.keys(line)))].flatMap((key) => {
    const cells = lines.map((line) =>
      line[key] === undefined ? '–' : valueText(undefined, line[key]),
    );
    return new Set(cells).size > 1 ? [plain(key, cells)] : [];
  });
}

/**
 * Models side by side: what they scored, their sizes, and the settings in which they differ.
 *
 * @param stored - bytes that each costs in the store for itself, where that is known.
 */
export function compareMade(
  nodes: readonly ModelNode[],
  stored: readonly (number | undefined)[],
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
    ...settings(nodes),
  ];
}
