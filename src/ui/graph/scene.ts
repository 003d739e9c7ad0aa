import { colourItems, type Colouring } from '../../core/graphView/colouring.ts';
import { edgeBows } from '../../core/graphView/edgeBows.ts';
import type { LineageIndex } from '../../core/graphView/lineageIndex.ts';
import { sizeItems } from '../../core/graphView/sizing.ts';
import { isSummary, type ViewItem, type ViewPlan } from '../../core/graphView/viewPlan.ts';
import type { LayoutInput, Positions } from '../../core/layout/layout.ts';
import { count } from '../format.ts';
import type { GraphLook } from './graphOptions.ts';
import { colourOf, type ThemeName } from './look.ts';
import type { Scene } from './renderer.ts';

/** Room for a node with its label below it, in pixels of zoom 1. */
const roomy = { layerGap: 176, nodeGap: 64 } as const;
/** Room for the same with labels cut shorter, so that large drawings are seen larger. */
const dense = { layerGap: 128, nodeGap: 46 } as const;
/** Items above which the drawing is dense. */
const roomyItems = 150;

function gapsOf({ items }: ViewPlan): typeof roomy | typeof dense {
  return items.length > roomyItems ? dense : roomy;
}

/** What the layout worker is asked for a plan. */
export function layoutInput(plan: ViewPlan, aspect: number): LayoutInput {
  const { items, edges } = plan;
  return {
    nodes: items.map(({ key }) => ({ id: key })),
    edges: edges.map(({ from, to, kind }) => ({ from, to, kind })),
    ...gapsOf(plan),
    aspect,
  };
}

/** Colours and sizes of a plan's items. */
export interface Appearance {
  readonly colouring: Colouring;
  readonly sizes: ReadonlyMap<string, number>;
  readonly theme: ThemeName;
}

export function appearanceOf(
  index: LineageIndex,
  plan: ViewPlan,
  { colourBy, sizeBy }: GraphLook,
  theme: ThemeName,
): Appearance {
  return {
    colouring: colourItems(index, plan.items, colourBy),
    sizes: sizeItems(index, plan.items, sizeBy),
    theme,
  };
}

/** The scene of a plan whose items stand at `positions`. */
export function sceneOf(plan: ViewPlan, positions: Positions, look: Appearance): Scene {
  const bows = edgeBows(plan, positions);
  const widest = gapsOf(plan).layerGap - 18;
  return {
    labelWidth: widest,
    nodes: plan.items.map((item, i) => ({
      key: item.key,
      is: item.is,
      x: positions[i * 2] ?? 0,
      y: positions[i * 2 + 1] ?? 0,
      size: look.sizes.get(item.key) ?? 0,
      label: itemLabel(item),
      count: item.nodes.length,
      colour: colourOf(look.colouring.shades.get(item.key), look.theme),
    })),
    edges: plan.edges.map(({ key, from, to, kind, grade, undecided }) => ({
      key,
      from,
      to,
      kind,
      grade,
      undecided,
      bow: bows.get(key) ?? 0,
    })),
  };
}

/** What stands in or under an item: a model's name, or what a summary holds. */
export function itemLabel(item: ViewItem): string {
  if (!isSummary(item.is)) return item.label;
  if (item.is === 'below') return `+${count(item.nodes.length)}`;
  if (item.is === 'families') return `${count(item.families)} more families`;
  return `${item.label} · ${count(item.nodes.length)}`;
}
