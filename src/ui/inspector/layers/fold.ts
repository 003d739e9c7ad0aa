import type { Architecture } from '../../../core/architecture.ts';

/** A row of the layer view: one layer, or the folded or unfolded head of a module. */
export type FlowRow =
  | { readonly is: 'layer'; readonly layer: number; readonly depth: number; readonly label: string }
  | {
      readonly is: 'module';
      readonly path: string;
      readonly depth: number;
      readonly label: string;
      readonly open: boolean;
      readonly layers: readonly number[];
    };

/** A connection between rows, with the operators on the way. */
export interface FlowEdge {
  readonly from: number;
  readonly to: number;
  readonly via: readonly string[];
}

export interface Flow {
  readonly rows: readonly FlowRow[];
  readonly edges: readonly FlowEdge[];
}

interface Module {
  readonly path: string;
  readonly label: string;
  readonly layers: number[];
  /** Layers and modules in it, in order of their first layer. */
  readonly items: (number | Module)[];
}

/**
 * The parts of a layer's name, by the separators exporters use: `/a/b.c` → a, b, c. Of fused
 * operators, whose names TensorFlow joins by semicolons, the first counts.
 */
function parts(name: string): string[] {
  return (name.split(';')[0] ?? name).split(/[./]+|::/).filter(Boolean);
}

function newModule(path: string, label: string): Module {
  return { path, label, layers: [], items: [] };
}

/**
 * Groups runs of consecutive layers that share a module. Dataflow stays in order: a module whose
 * layers are interrupted by others comes up once for each run.
 */
function moduleTree({ layers }: Architecture): Module {
  const root = newModule('', '');
  layers.forEach((layer, index) => {
    let at = root;
    for (const part of parts(layer.name).slice(0, -1)) {
      const last = at.items.at(-1);
      let child = typeof last === 'object' && last.label === part ? last : undefined;
      if (child === undefined) {
        child = newModule(`${at.path}/${part}@${index}`, part);
        at.items.push(child);
      }
      child.layers.push(index);
      at = child;
    }
    at.items.push(index);
  });
  return root;
}

/** Modules that hold a single item are shown as that item, with the longer label. */
function visit(
  module: Module,
  prefix: string,
  depth: number,
  open: ReadonlySet<string>,
  architecture: Architecture,
  rows: FlowRow[],
): void {
  for (const item of module.items) {
    if (typeof item === 'number') {
      const name = architecture.layers[item]?.name ?? '';
      const label = prefix + (parts(name).at(-1) ?? name);
      rows.push({ is: 'layer', layer: item, depth, label });
    } else if (item.items.length === 1) {
      visit(item, `${prefix}${item.label}.`, depth, open, architecture, rows);
    } else {
      const isOpen = open.has(item.path);
      const { path, layers } = item;
      rows.push({ is: 'module', path, depth, label: prefix + item.label, open: isOpen, layers });
      if (isOpen) visit(item, '', depth + 1, open, architecture, rows);
    }
  }
}

/**
 * The rows to draw with the modules of `open` unfolded, and the dataflow between them. Edges inside
 * a folded module are left out, parallel ones joined; an open module's head has no edges.
 */
export function foldLayers(architecture: Architecture, open: ReadonlySet<string>): Flow {
  const rows: FlowRow[] = [];
  visit(moduleTree(architecture), '', 0, open, architecture, rows);
  const rowOf = new Map<number, number>();
  rows.forEach((row, index) => {
    if (row.is === 'layer') rowOf.set(row.layer, index);
    else if (!row.open) for (const layer of row.layers) rowOf.set(layer, index);
  });
  const edges = new Map<string, FlowEdge>();
  for (const { from, to, via } of architecture.edges) {
    if (from === 'IN' || to === 'OUT') continue;
    const [a, b] = [rowOf.get(from), rowOf.get(to)];
    if (a === undefined || b === undefined || a === b) continue;
    const key = `${a} ${b}`;
    const other = edges.get(key);
    const joined = other === undefined ? via : [...new Set([...other.via, ...via])].sort();
    edges.set(key, { from: a, to: b, via: joined });
  }
  return { rows, edges: [...edges.values()] };
}

const isModule = (item: number | Module): item is Module => typeof item === 'object';

/** Every module's path, outermost first. */
export function modulePaths(architecture: Architecture): string[] {
  const paths: string[] = [];
  let level = moduleTree(architecture).items.filter(isModule);
  while (level.length > 0) {
    for (const module of level) if (module.items.length > 1) paths.push(module.path);
    level = level.flatMap((module) => module.items.filter(isModule));
  }
  return paths;
}

/** Rows a view should begin with at most. */
const rowsAtFirst = 48;

/** The modules to unfold at first: whole levels from the outside, as long as it stays readable. */
export function openAtFirst(architecture: Architecture): Set<string> {
  let open = new Set<string>();
  const paths = modulePaths(architecture);
  const depthOf = (path: string) => path.split('/').length;
  const deepest = Math.max(0, ...paths.map(depthOf));
  for (let depth = 1; depth <= deepest; depth += 1) {
    const more = new Set([...open, ...paths.filter((path) => depthOf(path) === depth)]);
    if (foldLayers(architecture, more).rows.length > rowsAtFirst) break;
    open = more;
  }
  return open;
}

/** `open` with the module at `path` folded if it was open, and unfolded if not. */
export function toggled(open: ReadonlySet<string>, path: string): Set<string> {
  const next = new Set(open);
  if (!next.delete(path)) next.add(path);
  return next;
}
