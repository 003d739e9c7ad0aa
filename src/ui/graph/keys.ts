import type { Move } from '../../core/graphView/moveFocus.ts';
import { clear, moveTo, open, tap } from './acts.ts';
import type { GraphScreen } from './graphScreen.svelte.ts';

const moves: Readonly<Record<string, Move>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
  Home: 'first',
  End: 'last',
};

/** How much a press of plus comes nearer. */
export const zoomStep = 1.3;
/** How far a press of Shift and an arrow pans, in pixels. */
const panStep = 80;

/**
 * Does what a key means on the graph: arrows move the focus along edges and siblings (with Shift: pan),
 * Enter opens, Space selects, Escape clears, +, - and 0 zoom.
 *
 * @returns whether the key meant something.
 */
export function actOnKey(screen: GraphScreen, event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const move = moves[event.key];
  if (move !== undefined) {
    if (event.shiftKey) pan(screen, move);
    else moveTo(screen, move);
    return true;
  }
  const act = acts[event.key];
  act?.(screen);
  return act !== undefined;
}

const acts: Readonly<Record<string, (screen: GraphScreen) => void>> = {
  Enter: (screen) => {
    if (screen.focused !== undefined) open(screen, screen.focused);
  },
  ' ': (screen) => {
    if (screen.focused !== undefined) tap(screen, screen.focused, true);
  },
  Escape: (screen) => {
    clear(screen);
  },
  '+': (screen) => {
    screen.driver.zoomBy(zoomStep);
  },
  '=': (screen) => {
    screen.driver.zoomBy(zoomStep);
  },
  '-': (screen) => {
    screen.driver.zoomBy(1 / zoomStep);
  },
  '0': (screen) => {
    screen.driver.fit();
  },
};

function pan(screen: GraphScreen, move: Move): void {
  const x = move === 'left' ? panStep : move === 'right' ? -panStep : 0;
  const y = move === 'up' ? panStep : move === 'down' ? -panStep : 0;
  screen.driver.moved();
  screen.driver.renderer?.panBy(x, y);
}
