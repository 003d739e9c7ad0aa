import type { EdgeKind } from '../../core/lineage/graph.ts';

/** Which edges a search or a walk follows. */
export type EdgeChoice = 'both' | EdgeKind;

/** What each choice says to people. */
export const edgeChoices: readonly { readonly value: EdgeChoice; readonly title: string }[] = [
  { value: 'both', title: 'Provenance and versions' },
  { value: 'provenance', title: 'Provenance only' },
  { value: 'version', title: 'Versions only' },
];

export function kindsOf(choice: EdgeChoice): readonly EdgeKind[] {
  return choice === 'both' ? ['provenance', 'version'] : [choice];
}
