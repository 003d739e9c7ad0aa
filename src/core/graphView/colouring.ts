import { at } from '../layout/at.ts';
import type { NodeId } from '../ids.ts';
import type { ModelNode } from '../lineage/graph.ts';
import type { LineageIndex } from './lineageIndex.ts';
import type { ViewItem } from './viewPlan.ts';

export type ColourBy =
  'family' | 'format' | 'modelType' | 'architecture' | 'size' | 'age' | 'tests';

/** A place in the palette: a colour of its own, a place on a ramp from 0 to 1, or neither. */
export type Shade =
  | { readonly is: 'category'; readonly number: number }
  | { readonly is: 'ramp'; readonly share: number }
  | { readonly is: 'other' };

export interface LegendEntry {
  readonly label: string;
  readonly shade: Shade;
  readonly models: number;
}

/** Colours of items, and what they mean. */
export interface Colouring {
  readonly shades: ReadonlyMap<string, Shade>;
  /** Categories by frequency, then the rest as one; empty for a ramp. */
  readonly legend: readonly LegendEntry[];
  /** Of a ramp: the least and the greatest value, in bytes or ms since 1970. */
  readonly range?: readonly [number, number];
}

/** Categories with a colour of their own; the eye keeps no more apart. */
export const categories = 8;

/** When a model's files were last changed, or else when it was added, in ms since 1970. */
export function ageOf(node: ModelNode): number {
  return node.summary.modifiedAt ?? node.createdAt;
}

/**
 * A colour for each item by an attribute of its models. The most frequent values in the whole lineage
 * get the categories, so that colours stay when the view is filtered; a summary of mixed values is
 * `other`.
 */
export function colourItems(
  index: LineageIndex,
  items: readonly ViewItem[],
  by: ColourBy,
): Colouring {
  // Marks say how models stand; colours of something else would drown them.
  if (by === 'tests') return { shades: new Map(), legend: [] };
  return by === 'size' || by === 'age'
    ? colourByValue(index, items, by === 'size' ? (node) => node.summary.sizeBytes : ageOf)
    : colourByCategory(index, items, by);
}

/** The attribute's value of each node as a number, and the label of each number; -1 for none. */
interface Groups {
  readonly of: Int32Array;
  readonly labels: readonly string[];
}

function colourByCategory(
  index: LineageIndex,
  items: readonly ViewItem[],
  by: Exclude<ColourBy, 'size' | 'age' | 'tests'>,
): Colouring {
  const groups = groupsOf(index, by);
  const counts = new Int32Array(groups.labels.length);
  for (const group of groups.of) if (group !== -1) counts[group] = at(counts, group) + 1;
  // A model alone is no family worth a colour.
  const least = by === 'family' ? 2 : 1;
  const named = [...counts.keys()]
    .filter((group) => at(counts, group) >= least)
    .sort((a, b) => at(counts, b) - at(counts, a))
    .slice(0, categories);
  const numbers = new Map(named.map((group, number) => [group, number]));
  const shades = new Map<string, Shade>();
  for (const item of items) {
    const first = groupOf(index, groups, at(item.nodes, 0));
    const same = item.nodes.every((id) => groupOf(index, groups, id) === first);
    const number = same ? numbers.get(first) : undefined;
    shades.set(item.key, number === undefined ? { is: 'other' } : { is: 'category', number });
  }
  const legend: LegendEntry[] = named.map((group, number) => ({
    label: at(groups.labels, group),
    shade: { is: 'category', number },
    models: at(counts, group),
  }));
  const rest = index.nodes.length - legend.reduce((sum, { models }) => sum + models, 0);
  if (rest > 0) legend.push({ label: restLabels[by], shade: { is: 'other' }, models: rest });
  return { shades, legend };
}

const restLabels = {
  family: 'other families and single models',
  format: 'other',
  modelType: 'other or none',
  architecture: 'other architectures',
} as const;

function groupOf(index: LineageIndex, groups: Groups, id: NodeId): number {
  return at(groups.of, index.numberOf.get(id) ?? 0);
}

function groupsOf(index: LineageIndex, by: Exclude<ColourBy, 'size' | 'age' | 'tests'>): Groups {
  const { nodes } = index;
  if (by === 'family') {
    const labels: string[] = [];
    index.family.forEach((family, node) => {
      labels[family] ??= `family of ${at(nodes, node).name}`;
    });
    return { of: index.family, labels };
  }
  const numbers = new Map<string, number>();
  const labels: string[] = [];
  const of = Int32Array.from(nodes, (node) => {
    const value = valueOf(node, by);
    if (value === undefined) return -1;
    const known = numbers.get(value);
    if (known !== undefined) return known;
    const number = labels.push(labelOf(node, by)) - 1;
    numbers.set(value, number);
    return number;
  });
  return { of, labels };
}

type OwnAttribute = 'format' | 'modelType' | 'architecture';

function valueOf({ summary, modelType }: ModelNode, by: OwnAttribute): string | undefined {
  return by === 'modelType' ? modelType : summary[by];
}

function labelOf({ name, summary, modelType }: ModelNode, by: OwnAttribute): string {
  if (by === 'format') return formatNames[summary.format];
  return by === 'modelType' ? (modelType ?? '') : summary.layers || `like ${name}`;
}

const formatNames = { onnx: 'ONNX', safetensors: 'safetensors', pytorch: 'PyTorch' } as const;

function colourByValue(
  index: LineageIndex,
  items: readonly ViewItem[],
  value: (node: ModelNode) => number,
): Colouring {
  const scale = logScale(index.nodes.map(value));
  const shades = new Map<string, Shade>();
  for (const { key, nodes } of items) {
    let sum = 0;
    for (const id of nodes) sum += scale.share(value(at(index.nodes, index.numberOf.get(id) ?? 0)));
    shades.set(key, { is: 'ramp', share: sum / nodes.length });
  }
  return { shades, legend: [], range: scale.range };
}

interface Scale {
  readonly range: readonly [number, number];
  /** 0 for the least value, 1 for the greatest, by the logarithm between. */
  readonly share: (value: number) => number;
}

/** Values of models span several powers of ten, hence the logarithm; times of a few years come out linear. */
export function logScale(values: readonly number[]): Scale {
  let least = Infinity;
  let greatest = -Infinity;
  for (const value of values) {
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  if (least > greatest) return { range: [0, 0], share: () => 0 };
  const low = Math.log(Math.max(1, least));
  const span = Math.log(Math.max(1, greatest)) - low;
  return {
    range: [least, greatest],
    share: (value) => (span === 0 ? 0.5 : (Math.log(Math.max(1, value)) - low) / span),
  };
}
