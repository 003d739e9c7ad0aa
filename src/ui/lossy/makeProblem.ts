import type { LossyState } from './lossyState.svelte.ts';

/** Why nothing can be made as it stands, for people; undefined where it can. */
export function makeProblem(view: LossyState): string | undefined {
  const { untested, row, session } = view;
  const [first] = untested;
  if (view.busy)
    return view.doing === 'make' ? 'It is being made.' : 'Wait until this is looked at.';
  if (first !== undefined)
    return untested.length === 1
      ? `Add a test for ${session.nameOf(first)} first, or leave it out.`
      : `Add tests for ${untested.length} of these models first, or leave them out.`;
  if (row === undefined) return 'Look at the sizes first.';
  if (row.passes === false && view.ifWorse === 'reject' && view.nodes.length === 1)
    return 'A test gets worse at this ε: choose a smaller one, or another way to go on.';
  return undefined;
}
