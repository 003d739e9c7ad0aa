import { colourItems, type Colouring } from '../../core/graphView/colouring.ts';
import { edgeBows } from '../../core/graphView/edgeBows.ts';
import type { LineageIndex } from '../../core/graphView/lineageIndex.ts';
import { sizeItems } from '../../core/graphView/sizing.ts';
import type { ViewPlan } from '../../core/graphView/viewPlan.ts';
import type { GraphLook } from './graphOptions.ts';
import { itemLabel, labelRoom } from './labels.ts';
import { lossyItems, lossySign } from '../lossy/lossyItems.ts';
import { colourOf, type ThemeName } from './look.ts';
import type { Placed } from './placed.ts';
import type { Scene } from './renderer.ts';
import type { Tone } from '../work/work.ts';
import { toneSigns } from './tones.ts';

/** Colours and sizes of a plan's items. */
export interface Appearance {
  readonly colouring: Colouring;
  readonly sizes: ReadonlyMap<string, number>;
  readonly theme: ThemeName;
  /** By key: how items stand in what goes on. */
  readonly tones: ReadonlyMap<string, Tone>;
  /** Keys of items that are lossy models. */
  readonly lossy: ReadonlySet<string>;
}

export function appearanceOf(
  index: LineageIndex,
  plan: ViewPlan,
  { colourBy, sizeBy }: GraphLook,
  theme: ThemeName,
  tones: ReadonlyMap<string, Tone>,
): Appearance {
  return {
    colouring: colourItems(index, plan.items, colourBy),
    sizes: sizeItems(index, plan.items, sizeBy),
    theme,
    tones,
    lossy: lossyItems(index, plan.items),
  };
}

/** The scene of a plan whose items stand at `positions`. */
export function sceneOf({ plan, positions, flow }: Placed, look: Appearance): Scene {
  const bows = edgeBows(plan, positions, flow);
  return {
    flow,
    labelWidth: labelRoom(plan),
    nodes: plan.items.map((item, i) => ({
      key: item.key,
      is: item.is,
      x: positions[i * 2] ?? 0,
      y: positions[i * 2 + 1] ?? 0,
      size: look.sizes.get(item.key) ?? 0,
      label: signed(itemLabel(item), look.tones.get(item.key), look.lossy.has(item.key)),
      tone: look.tones.get(item.key) ?? 'none',
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

function signed(label: string, tone: Tone | undefined, lossy: boolean): string {
  const named = lossy ? `${lossySign} ${label}` : label;
  return tone === undefined ? named : `${toneSigns[tone]} ${named}`;
}
