import type { Box } from './box.ts';
import type { GraphDriver } from './graphDriver.svelte.ts';

/** How much the proportions may change before a drawing is laid out anew. */
const tolerance = 1.3;
/** A window is dragged to its size in many steps; after this long without one it has it, in ms. */
const settledMs = 200;

/** The panel's size, and when it asks for another layout. */
export class PanelShape {
  width = $state(0);
  height = $state(0);
  /** Counts the times that another layout was asked for. */
  changes = $state(0);
  #used: Box | undefined;

  /** Remembers what a layout is made for. */
  use(box: Box): Box {
    this.#used = box;
    return box;
  }

  /**
   * Watches the size (inside an effect) and counts a change once the panel has other proportions, while
   * nobody has moved the view.
   *
   * @returns stops the watch.
   */
  follow(driver: GraphDriver, free: () => Box): (() => void) | undefined {
    if (this.width * this.height === 0) return undefined;
    const timer = setTimeout(() => {
      const [used, now] = [this.#used, free()];
      if (used === undefined || driver.isMoved) return;
      const change = (now.width * used.height) / (now.height * used.width);
      if (change > tolerance || change < 1 / tolerance) this.changes += 1;
    }, settledMs);
    return () => {
      clearTimeout(timer);
    };
  }
}
