import type { Architecture, LayerEdge } from '../../core/architecture.ts';
import type { ModelDiff } from '../../core/diffViews.ts';
import {
  foldLayers,
  modulePaths,
  openAtFirst,
  type FlowEdge,
  type FlowRow,
} from '../inspector/layers/fold.ts';
import { counted } from '../format.ts';

/** Two compared models with their layer graphs. */
export interface Compared {
  readonly diff: ModelDiff;
  readonly a: Architecture;
  readonly b: Architecture;
}

/** Rows of the two graphs on one line each, and the dataflow of either side between rows. */
export interface Alignment {
  /** `layer` is an index into `ModelDiff.layers`; a folded run of equal rows is a module, too. */
  readonly rows: readonly FlowRow[];
  readonly a: readonly FlowEdge[];
  readonly b: readonly FlowEdge[];
}

/** Nothing unfolded. */
export const noneOpen: ReadonlySet<string> = new Set();

/** Equal rows in a row that are folded. */
const runLength = 4;
const runMark = 'equal@';

export function isRun(path: string): boolean {
  return path.startsWith(runMark);
}

/** The merged order as if it were one model; a layer goes by its name in B, where it is there. */
function merged({ diff, a, b }: Compared, side?: 'a' | 'b'): Architecture {
  const layers = diff.layers.flatMap(
    (match) => b.layers[match.b ?? -1] ?? a.layers[match.a ?? -1] ?? [],
  );
  if (side === undefined) return { ...b, layers, edges: [] };
  const place = new Map(diff.layers.map((match, index) => [match[side], index]));
  const own = side === 'a' ? a : b;
  const edges = own.edges.flatMap((edge): LayerEdge[] => {
    if (edge.from === 'IN' || edge.to === 'OUT') return [];
    const [from, to] = [place.get(edge.from), place.get(edge.to)];
    return from === undefined || to === undefined ? [] : [{ from, to, via: edge.via }];
  });
  return { ...own, layers, edges };
}

/** Whether nothing differs in what a row stands for. */
function isEqualRow(diff: ModelDiff, row: FlowRow): boolean {
  if (row.is === 'module' && row.open) return false;
  const layers = row.is === 'layer' ? [row.layer] : row.layers;
  return layers.every((layer) => diff.layers[layer]?.is === 'equal');
}

/** Folds runs of equal rows, and tells the new place of each old row. */
function foldRuns(
  diff: ModelDiff,
  rows: readonly FlowRow[],
  open: ReadonlySet<string>,
): { readonly rows: FlowRow[]; readonly place: readonly number[] } {
  const result: FlowRow[] = [];
  const place: number[] = [];
  for (let at = 0; at < rows.length;) {
    const depth = rows[at]?.depth ?? 0;
    let end = at;
    for (let row = rows[end]; row?.depth === depth && isEqualRow(diff, row); row = rows[end]) end++;
    const run = rows.slice(at, end);
    if (run.length < runLength) {
      for (const row of rows.slice(at, Math.max(end, at + 1))) place.push(result.push(row) - 1);
      at = Math.max(end, at + 1);
      continue;
    }
    const layers = run.flatMap((row) => (row.is === 'layer' ? [row.layer] : row.layers));
    const path = `${runMark}${layers[0] ?? 0}`;
    const isOpen = open.has(path);
    const label = counted(layers.length, 'equal layer');
    const head = result.push({ is: 'module', path, depth, label, open: isOpen, layers }) - 1;
    for (const row of run)
      place.push(isOpen ? result.push({ ...row, depth: depth + 1 }) - 1 : head);
    at = end;
  }
  return { rows: result, place };
}

function moved(edges: readonly FlowEdge[], place: readonly number[]): FlowEdge[] {
  const seen = new Map<string, FlowEdge>();
  for (const { from, to, via } of edges) {
    const [p, q] = [place[from], place[to]];
    if (p === undefined || q === undefined || p === q) continue;
    const key = `${p} ${q}`;
    if (!seen.has(key)) seen.set(key, { from: p, to: q, via });
  }
  return [...seen.values()];
}

/**
 * The rows to draw with the modules and runs of `open` unfolded. Runs of equal rows fold into one.
 */
export function alignRows(compared: Compared, open: ReadonlySet<string>): Alignment {
  const flowA = foldLayers(merged(compared, 'a'), open);
  const flowB = foldLayers(merged(compared, 'b'), open);
  const { rows, place } = foldRuns(compared.diff, flowB.rows, open);
  return { rows, a: moved(flowA.edges, place), b: moved(flowB.edges, place) };
}

/** All modules. Runs of equal layers stay folded. */
export function allModules(compared: Compared): string[] {
  return modulePaths(merged(compared));
}

/** The modules unfolded at first: those with equal and other layers in them, and a readable number more. */
export function unfoldedAtFirst(compared: Compared): Set<string> {
  const { diff } = compared;
  const whole = merged(compared);
  const open = openAtFirst(whole);
  const all = new Set(modulePaths(whole));
  for (const row of foldLayers(whole, all).rows) {
    if (row.is !== 'module') continue;
    const states = new Set(row.layers.map((layer) => diff.layers[layer]?.is));
    if (states.size > 1) open.add(row.path);
    else if (states.has('equal')) open.delete(row.path);
  }
  return open;
}

/** A layer's index as a row shows it: the row that is or holds it; -1 where none does. */
export function rowOfLayer(rows: readonly FlowRow[], layer: number): number {
  return rows.findIndex((row) =>
    row.is === 'layer' ? row.layer === layer : !row.open && row.layers.includes(layer),
  );
}
