import { isSummary, type ViewItem, type ViewPlan } from '../../core/graphView/viewPlan.ts';
import { count } from '../format.ts';

/** About the width of a letter of a label, in pixels of zoom 1. */
export const letterWidth = 6.8;
/** Labels get at least and at most this much room, in pixels of zoom 1; longer ones are cut. */
const rooms = { least: 56, most: 158, dense: 110 } as const;
/** Items above which labels are cut shorter, so that the drawing is seen larger. */
const roomyItems = 150;
/** The share of the labels that is shown whole where that is possible. */
const shownWhole = 0.92;

/** Room for the labels of a plan, in pixels of zoom 1: as much as most of them need. */
export function labelRoom({ items }: ViewPlan): number {
  const lengths = items
    .filter(({ is }) => is !== 'below')
    .map((item) => itemLabel(item).length)
    .sort((a, b) => a - b);
  const longest = lengths[Math.floor((lengths.length - 1) * shownWhole)] ?? 0;
  const most = items.length > roomyItems ? rooms.dense : rooms.most;
  return Math.min(most, Math.max(rooms.least, Math.ceil(longest * letterWidth) + 8));
}

/** What stands in, under or beside an item: a model's name, or what a summary holds. */
export function itemLabel(item: ViewItem): string {
  if (!isSummary(item.is)) return item.label;
  if (item.is === 'below') return `+${count(item.nodes.length)}`;
  if (item.is === 'families') return `${count(item.families)} more families`;
  return `${item.label} · ${count(item.nodes.length)}`;
}
