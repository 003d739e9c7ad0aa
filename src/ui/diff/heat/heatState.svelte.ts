import type { Tile, TileOrder } from '../../../core/diffViews.ts';
import { isAbort } from '../../messages.ts';
import type { Arrangement } from './arrangement.ts';
import { cellAt, orderFor, suffices, type CellValue, type LoadedTile } from './loadedTile.ts';
import {
  clamped,
  nearestTo,
  pixelOf,
  revealing,
  scaleAt,
  stepped,
  whole,
  zoomed,
  zoomStep,
  type Frame,
  type Scope,
} from './scope.ts';

export type AskTile = (order: TileOrder, signal: AbortSignal) => Promise<Tile>;

/** An element of the matrix. */
export interface Place {
  readonly row: number;
  readonly column: number;
}

/** While a person moves, tiles are asked for once this is over, in ms. */
const settleMs = 60;

/** What a heat map shows, and of what. */
export class HeatState {
  readonly arrangement: Arrangement;
  readonly #ask: AskTile;
  of = $state<TileOrder['of']>('difference');
  /** Colours by the square root. */
  root = $state(false);
  scope = $state.raw<Scope>(whole);
  frame = $state.raw<Frame>({ width: 0, height: 0 });
  cursor = $state.raw<Place | undefined>(undefined);
  loaded = $state.raw<LoadedTile | undefined>(undefined);
  loading = $state(false);
  error = $state.raw<unknown>(undefined);
  /** Largest magnitude of each side as a whole. */
  #ranges = $state.raw<Partial<Record<TileOrder['of'], number>>>({});

  /** Both sides share their colours, so that they can be compared. */
  readonly range: number = $derived.by(() => {
    const { a = 0, b = 0, difference = 0 } = this.#ranges;
    return this.of === 'difference' ? difference : Math.max(a, b);
  });
  readonly step: number = $derived.by(() => zoomStep(this.arrangement, this.frame));
  readonly cell: CellValue | undefined = $derived.by(() => {
    const { loaded, cursor } = this;
    if (loaded?.of !== this.of || cursor === undefined) return undefined;
    return cellAt(loaded, cursor.row, cursor.column);
  });

  constructor(arrangement: Arrangement, of: TileOrder['of'], ask: AskTile) {
    this.arrangement = arrangement;
    this.of = of;
    this.#ask = ask;
  }

  /** Loads what is in sight where it is not there; to be run as an effect. */
  readonly follow = (): (() => void) | undefined => {
    const { of, scope, frame, arrangement } = this;
    if (frame.width <= 0 || frame.height <= 0) return undefined;
    if (this.loaded && suffices(this.loaded, of, arrangement, scope, frame)) return undefined;
    // The whole comes first: it tells the range of the colours.
    const isKnown = this.#ranges[of] !== undefined;
    const order = orderFor(of, arrangement, isKnown ? scope : whole, frame);
    const controller = new AbortController();
    const timer = setTimeout(
      () => void this.#load(order, controller.signal),
      isKnown ? settleMs : 0,
    );
    return () => {
      clearTimeout(timer);
      controller.abort();
      this.loading = false;
    };
  };

  async #load(order: TileOrder, signal: AbortSignal): Promise<void> {
    this.loading = true;
    try {
      const tile = await this.#ask(order, signal);
      if (signal.aborted) return;
      const { row, column, rows, columns, of } = order;
      if (this.#ranges[of] === undefined) {
        const most = Math.max(Math.abs(tile.min), Math.abs(tile.max));
        this.#ranges = { ...this.#ranges, [of]: Number.isNaN(most) ? 0 : most };
      }
      this.loaded = { tile, of, rectangle: { row, column, rows, columns } };
      this.error = undefined;
      this.loading = false;
    } catch (error) {
      if (signal.aborted || isAbort(error)) return;
      this.error = error;
      this.loading = false;
    }
  }

  readonly zoomBy = (steps: number, at?: { readonly x: number; readonly y: number }): void => {
    const { frame, scope, arrangement } = this;
    const { x, y } = at ?? pixelOf(this.cursor, scope, arrangement, frame);
    this.scope = zoomed(scope, arrangement, frame, steps * this.step, x, y);
  };

  readonly showAll = (): void => {
    this.scope = whole;
  };

  /** Single weights around the cursor, else at the beginning. */
  readonly showWeights = (): void => {
    this.scope = nearestTo(this.arrangement, this.frame, this.cursor ?? { row: 0, column: 0 });
  };

  /** In pixels. */
  readonly panBy = (x: number, y: number): void => {
    const { scope, frame, arrangement } = this;
    const scale = scaleAt(arrangement, frame, scope.zoom);
    const next = { ...scope, row: scope.row - y / scale.y, column: scope.column - x / scale.x };
    this.scope = clamped(next, arrangement, frame);
  };

  readonly point = (x: number, y: number): void => {
    const { scope, frame, arrangement } = this;
    const scale = scaleAt(arrangement, frame, scope.zoom);
    const row = Math.floor(scope.row + y / scale.y);
    const column = Math.floor(scope.column + x / scale.x);
    const inside =
      row >= 0 && column >= 0 && row < arrangement.rows && column < arrangement.columns;
    this.cursor = inside ? { row, column } : undefined;
  };

  /** Moves the cursor by cells as they are drawn, and what is seen with it. */
  readonly moveBy = (rows: number, columns: number): void => {
    const { scope, frame, arrangement } = this;
    const scale = scaleAt(arrangement, frame, scope.zoom);
    const cursor =
      this.cursor === undefined
        ? { row: Math.floor(scope.row), column: Math.floor(scope.column) }
        : stepped(this.cursor, rows, columns, arrangement, scale);
    this.cursor = cursor;
    this.scope = revealing(scope, arrangement, frame, cursor);
  };
}
