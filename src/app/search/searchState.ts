import type { NodeId } from '../../core/ids.ts';
import { testsLeft, type BisectState } from '../../core/search/bisect.ts';
import { closure } from '../../core/search/searchGraph.ts';
import type { BisectOrder, SearchState, SearchVerdict } from '../../core/searchViews.ts';
import type { Asker } from './askModels.ts';

/** Where a bisection stands: outcomes, what follows from them, and what is left. */
export function searchState(
  state: BisectState,
  asker: Asker,
  { good = [] }: Pick<BisectOrder, 'good'>,
): SearchState {
  const next = state.next === undefined ? undefined : state.graph.ids[state.next];
  return {
    known: known(state, asker, good),
    candidates: state.candidates.map((at) => state.graph.ids[at] as NodeId),
    ...(next === undefined ? {} : { next }),
    tests: asker.tests,
    left: testsLeft(state),
  };
}

function known(
  { graph }: BisectState,
  asker: Asker,
  given: readonly NodeId[],
): SearchState['known'] {
  const at = (verdict: SearchVerdict) =>
    asker
      .tested()
      .flatMap(({ node, verdict: said }) =>
        said === verdict ? (graph.positions.get(node) ?? []) : [],
      );
  const good = given.flatMap((node) => graph.positions.get(node) ?? []);
  const cleared = closure(graph.parents, [...good, ...at('good')]);
  const spoilt = closure(graph.children, at('bad'));
  const inferred = graph.ids.flatMap((node, place) => {
    const [isGood, isBad] = [cleared.has(place), spoilt.has(place)];
    if (asker.answers.has(node) || isGood === isBad) return [];
    return [{ node, verdict: isGood ? ('good' as const) : ('bad' as const), tested: false }];
  });
  const tested = asker.tested().map(({ node, verdict }) => ({ node, verdict, tested: true }));
  return [...tested, ...inferred];
}
