import type { LayerMatch, TensorPair } from '../../core/diffViews.ts';

/** How a layer or a tensor compares. */
export type State = LayerMatch['is'] | TensorPair['is'];

interface StateLook {
  readonly word: string;
  /** Told apart without colour. */
  readonly sign: string;
  /** Colour of the theme. */
  readonly colour: string;
  readonly meaning: string;
}

export const stateLooks: Readonly<Record<State, StateLook>> = {
  equal: { word: 'equal', sign: '=', colour: '--text-muted', meaning: 'same structure, same values' },
  changed: { word: 'changed', sign: 'Δ', colour: '--accent', meaning: 'same structure, other values' },
  reshaped: { word: 'reshaped', sign: '⤢', colour: '--warning', meaning: 'same place, other sizes or attributes' },
  moved: { word: 'moved', sign: '⇅', colour: '--version', meaning: 'matched, but in another place of the dataflow' },
  added: { word: 'added', sign: '+', colour: '--success', meaning: 'only B has it' },
  removed: { word: 'removed', sign: '−', colour: '--danger', meaning: 'only A has it' },
}; // prettier-ignore

/** In this order in lists. */
export const statesInOrder: readonly State[] = [
  'changed',
  'reshaped',
  'moved',
  'added',
  'removed',
  'equal',
];

/** `3 changed, 1 added`, the equal ones last. */
export function countStates(states: Iterable<State>): string {
  const counts = new Map<State, number>();
  for (const state of states) counts.set(state, (counts.get(state) ?? 0) + 1);
  return statesInOrder
    .flatMap((state) => {
      const count = counts.get(state);
      return count === undefined ? [] : [`${count} ${stateLooks[state].word}`];
    })
    .join(', ');
}
