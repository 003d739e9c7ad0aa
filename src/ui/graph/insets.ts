import type { Insets } from './renderer.ts';

/** In panels narrower than this the zoom controls lie below the graph, in others beside it. */
const narrowPanel = 560;
/** Panels narrower than this lie over the graph; in wider ones the graph is fitted beside the legend. */
export const besides = 880;

/** What of the panel is covered by its controls. */
export function insetsOf(panel: HTMLElement): Insets {
  const legend = panel.querySelector<HTMLElement>('details.legend[open]');
  const top = panel.querySelector<HTMLElement>('[data-covers=top]');
  const beside = panel.clientWidth >= besides && legend !== null;
  const narrow = panel.clientWidth < narrowPanel;
  return {
    top: (top?.offsetHeight ?? 32) + 16,
    right: narrow ? 8 : 52,
    bottom: narrow ? 52 : 40,
    left: beside ? legend.offsetWidth + 12 : 8,
  };
}

/** The part that is free, in pixels; a window's where the panel is not laid out yet. */
export function freeBox(panel: HTMLElement): { readonly width: number; readonly height: number } {
  const { top, right, bottom, left } = insetsOf(panel);
  const width = panel.clientWidth - left - right;
  const height = panel.clientHeight - top - bottom;
  return width > 0 && height > 0 ? { width, height } : { width: 1000, height: 625 };
}
