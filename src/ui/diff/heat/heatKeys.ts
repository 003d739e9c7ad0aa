import type { HeatState } from './heatState.svelte.ts';

/** What a key does on a heat map; false where it does nothing. */
export function heatKey(
  heat: HeatState,
  { key, shiftKey, ctrlKey, metaKey, altKey }: KeyboardEvent,
): boolean {
  if (ctrlKey || metaKey || altKey) return false;
  const far = shiftKey ? 10 : 1;
  const acts: Readonly<Record<string, () => void>> = {
    ArrowUp: () => { heat.moveBy(-far, 0); },
    ArrowDown: () => { heat.moveBy(far, 0); },
    ArrowLeft: () => { heat.moveBy(0, -far); },
    ArrowRight: () => { heat.moveBy(0, far); },
    '+': () => { heat.zoomBy(1); },
    '=': () => { heat.zoomBy(1); },
    '-': () => { heat.zoomBy(-1); },
    '0': heat.showAll,
    Enter: heat.showWeights,
  }; // prettier-ignore
  const act = acts[key];
  act?.();
  return act !== undefined;
}
