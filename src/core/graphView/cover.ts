import { at } from '../layout/at.ts';
import type { Folds } from './foldSteps.ts';
import type { Forest } from './forest.ts';
import type { Units } from './units.ts';
import type { ItemKind } from './viewPlan.ts';

/** An item before it has words: the units it stands for, and whose key it has. */
export interface CoverItem {
  is: ItemKind;
  readonly units: number[];
  /** The unit it hangs below, or the first one of the family. */
  readonly anchor: number;
}

/** Every unit in exactly one item. */
export interface Cover {
  readonly items: readonly CoverItem[];
  readonly itemOf: Int32Array;
}

/**
 * Gathers what is not drawn into summaries: a hidden unit goes to its nearest drawn ancestor's `below`;
 * where it has none, to its family's summary; and families that are hidden whole, beyond the `families`
 * largest, into one. A summary of a single unit that nobody asked to fold becomes that unit.
 *
 * @param drawn - 1 per unit.
 */
export function coverOf(
  units: Units,
  forest: Forest,
  folds: Folds,
  drawn: Uint8Array,
  families: number,
): Cover {
  const items: CoverItem[] = [];
  const itemOf = new Int32Array(units.count).fill(-1);
  const below = new Map<number, number>();
  const ofFamily = familyItems(items, forest, drawn, families);
  for (const unit of forest.order) {
    const above = at(forest.parent, unit);
    let item: number;
    if (drawn[unit] === 1) {
      item = items.push({ is: 'model', units: [], anchor: unit }) - 1;
    } else if (above === -1) {
      item = ofFamily(at(forest.family, unit), unit);
    } else if (drawn[above] === 0) {
      item = at(itemOf, above);
    } else {
      item = below.get(above) ?? items.push({ is: 'below', units: [], anchor: above }) - 1;
      below.set(above, item);
    }
    itemOf[unit] = item;
    at(items, item).units.push(unit);
  }
  items.forEach((item, i) => {
    const only = item.units.length === 1 ? at(item.units, 0) : -1;
    if (only === -1 || item.is === 'model' || isWished(item, forest, folds)) return;
    items[i] = { is: 'model', units: item.units, anchor: only };
  });
  return { items, itemOf };
}

function isWished(item: CoverItem, forest: Forest, folds: Folds): boolean {
  return item.is === 'below'
    ? folds.closed[item.anchor] === 1
    : folds.closedFamily[at(forest.family, item.anchor)] === 1;
}

/** Gives the summary item of a family, made when first asked for. */
function familyItems(items: CoverItem[], forest: Forest, drawn: Uint8Array, own: number) {
  const seen = new Uint8Array(forest.families);
  drawn.forEach((is, unit) => {
    if (is === 1) seen[at(forest.family, unit)] = 1;
  });
  const sizes = new Int32Array(forest.families);
  forest.parent.forEach((parent, unit) => {
    if (parent !== -1) return;
    const family = at(forest.family, unit);
    sizes[family] = at(sizes, family) + at(forest.size, unit);
  });
  const hidden = Int32Array.from(sizes.keys()).filter((family) => seen[family] === 0);
  hidden.sort((a, b) => at(sizes, b) - at(sizes, a) || a - b);
  const bundled = new Set(hidden.length > own + 1 ? hidden.subarray(own) : []);
  const made = new Map<number, number>();
  return (family: number, unit: number): number => {
    const bundle = bundled.has(family);
    const key = bundle ? -1 : family;
    const is = bundle ? 'families' : 'family';
    const item = made.get(key) ?? items.push({ is, units: [], anchor: unit }) - 1;
    made.set(key, item);
    return item;
  };
}
