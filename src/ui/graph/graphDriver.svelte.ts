import type { LayoutInput, Positions } from '../../core/layout/layout.ts';
import type { ViewPlan } from '../../core/graphView/viewPlan.ts';
import { bestLayout } from './fit.ts';
import type { Box } from './box.ts';
import { commonKey, type NextView, type Placed } from './placed.ts';
import type { GraphRenderer, Look, Marks, Viewport } from './renderer.ts';
import { sceneOf, type Appearance } from './scene.ts';

/** Takes plans to the layout worker and then to the renderer; a later plan replaces an earlier one. */
export class GraphDriver {
  /** Whether there is something to draw on. */
  ready = $state(false);
  placed = $state.raw<Placed | undefined>(undefined);
  viewport = $state.raw<Viewport | undefined>(undefined);
  failure = $state.raw<unknown>(undefined);
  /** Whether all of what is placed is on the canvas. */
  drawn = $state(false);
  #renderer: GraphRenderer | undefined;
  #wanted: ViewPlan | undefined;
  #changes = 0;
  #appearance: Appearance | undefined;
  #next: NextView = {};
  #marks: Marks | undefined;
  #moved = false;

  /**
   * Makes the renderer to drive, in the next frame, so that the page is drawn first.
   *
   * @returns ends it.
   */
  start(make: () => GraphRenderer): () => void {
    const frame = requestAnimationFrame(() => {
      this.#renderer = make();
      // Planning gets a turn of its own.
      setTimeout(() => {
        this.ready = true;
      });
      if (this.#marks !== undefined) this.#renderer.mark(this.#marks);
      if (this.placed !== undefined) void this.#show(this.placed, { fit: true });
    });
    return () => {
      cancelAnimationFrame(frame);
      this.#renderer?.destroy();
      this.#renderer = undefined;
    };
  }

  /** Takes the theme's colours, one frame after its name changed: it is put on the page after that. */
  restyle(_theme: string, look: () => Look): () => void {
    const frame = requestAnimationFrame(() => {
      this.#renderer?.restyle(look());
    });
    return () => {
      cancelAnimationFrame(frame);
    };
  }

  get renderer(): GraphRenderer | undefined {
    return this.#renderer;
  }

  get isMoved(): boolean {
    return this.#moved;
  }

  /** A person has moved the view: it is no longer fitted by itself. */
  moved(): void {
    this.#moved = true;
  }

  /** Says where the drawing that follows is put. */
  prepare(next: NextView): void {
    this.#next = { ...this.#next, ...next };
    if (next.fit === true) this.#moved = false;
  }

  /** Draws a plan; what is drawn already, for the same shape of the panel, is only coloured anew. */
  draw(
    { plan, changes }: { plan: ViewPlan; changes: number },
    appearance: Appearance,
    box: Box,
    layout: (input: LayoutInput) => Promise<Positions>,
  ): void {
    this.#appearance = appearance;
    if (this.#wanted === plan && this.#changes === changes) {
      if (this.placed?.plan === plan) void this.#show(this.placed, { fit: false });
      return;
    }
    this.#wanted = plan;
    this.#changes = changes;
    bestLayout(plan, box, layout).then(
      (drawing) => {
        if (this.#wanted === plan) this.#place({ plan, ...drawing });
      },
      (reason: unknown) => {
        if (this.#wanted === plan) this.failure = reason;
      },
    );
  }

  mark(marks: Marks): void {
    this.#marks = marks;
    this.#renderer?.mark(marks);
  }

  /** Shows everything, and keeps doing so while the panel changes size. */
  fit(): void {
    this.#moved = false;
    this.#renderer?.fit();
  }

  zoomBy(factor: number): void {
    this.#moved = true;
    this.#renderer?.zoomBy(factor);
  }

  /** Brings a node on screen if it is off it, now or once it is drawn. */
  show(key: string): void {
    if (this.placed?.plan === this.#wanted) this.#renderer?.bring(key);
    else this.prepare({ reveal: key });
  }

  resized(): void {
    if (!this.#moved) this.#renderer?.fit();
  }

  #place(placed: Placed): void {
    const before = this.placed;
    this.placed = placed;
    this.failure = undefined;
    const { anchor, reveal } = this.#next;
    const fit = before === undefined || (!this.#moved && anchor === undefined);
    this.#next = {};
    void this.#show(placed, { fit, anchor: anchor ?? commonKey(before, placed) }).then(() => {
      if (reveal !== undefined) this.#renderer?.bring(reveal);
    });
  }

  async #show(
    placed: Placed,
    options: { fit: boolean; anchor?: string | undefined },
  ): Promise<void> {
    if (this.#appearance === undefined) return;
    this.drawn = false;
    const done = await this.#renderer?.show(sceneOf(placed, this.#appearance), options);
    if (done === true) this.drawn = true;
  }
}
