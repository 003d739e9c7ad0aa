import type { Insets } from './renderer.ts';

/** Panels narrower than this lie over the graph; in wider ones the graph is fitted beside the legend. */
const besides = 880;

/** What of the panel is covered by its controls. */
export function insetsOf(panel: HTMLElement): Insets {
  const legend = panel.querySelector<HTMLElement>('details.legend[open]');
  const top = panel.querySelector<HTMLElement>('[data-covers=top]');
  const beside = panel.clientWidth >= besides && legend !== null;
  return {
    top: (top?.offsetHeight ?? 32) + 16,
    right: 56,
    bottom: 12,
    left: beside ? legend.offsetWidth + 12 : 8,
  };
}

/** Width divided by height of the part that is free, within reason. */
export function freeAspect(panel: HTMLElement): number {
  const { top, right, bottom, left } = insetsOf(panel);
  const width = panel.clientWidth - left - right;
  const height = panel.clientHeight - top - bottom;
  return width > 0 && height > 0 ? Math.min(3, Math.max(0.4, width / height)) : 1.6;
}
