import type { NodeId } from '../ids.ts';
import type { EdgeKind } from '../lineage/graph.ts';
import type { Lineage } from '../lineage/lineage.ts';
import type { SearchVerdict } from '../searchViews.ts';
import { ancestorCounts } from './ancestorCounts.ts';
import { closure, searchGraph, type SearchGraph } from './searchGraph.ts';

export interface BisectProblem {
  /** Known to be bad; never asked for. */
  readonly bad: NodeId;
  /** Known to be good, and with them all that is above them. */
  readonly good?: readonly NodeId[];
  readonly kinds: readonly EdgeKind[];
  /** Cannot be tested. */
  readonly skip?: readonly NodeId[];
  /** Goes on after the first find until each model above `bad` is explained. */
  readonly every?: boolean;
}

/**
 * A bisection of all that is above a bad model, between two tests. It assumes that what is below a bad
 * model is bad: so a good outcome clears all that is above. A value: `afterOutcome` gives the next one.
 */
export interface BisectState {
  readonly graph: SearchGraph;
  readonly every: boolean;
  /** Positions among which a first bad one is, ascending; none while it is asked whether there is one. */
  readonly candidates: readonly number[];
  /** The lowest that is known to be bad in the search at hand. */
  readonly bad: number;
  /** To be tested now; undefined at the end. */
  readonly next?: number;
  /** Where a fault came in: one position, or several that cannot be told apart without more outcomes. */
  readonly found: readonly (readonly number[])[];
  /** Neither cleared by a good outcome nor at or below what was found. */
  readonly open: ReadonlySet<number>;
  /** Cannot be tested, or gave no clear outcome. */
  readonly unknown: ReadonlySet<number>;
}

/**
 * Begins a bisection. The state has no candidates at all where `good` contradicts `bad`.
 *
 * Source: reference §9.2; the rule is the one of `git bisect`: test the model for which the smaller of
 * what would be left by either outcome is largest; ties: the first by name.
 *
 * @throws LineageError `node-missing`.
 */
export function beginBisect(lineage: Lineage, problem: BisectProblem): BisectState {
  const graph = searchGraph(lineage, problem.bad, problem.kinds);
  const at = (ids: readonly NodeId[] | undefined) =>
    (ids ?? []).flatMap((id) => graph.positions.get(id) ?? []);
  const cleared = closure(graph.parents, at(problem.good));
  const open = new Set(graph.ids.keys());
  for (const one of cleared) open.delete(one);
  const bad = graph.ids.length - 1;
  return settled({
    graph,
    every: problem.every ?? false,
    candidates: open.has(bad) ? [...open] : [],
    bad,
    found: [],
    open,
    unknown: new Set(at(problem.skip)),
  });
}

/** The state after the outcome of testing `state.next`. */
export function afterOutcome(state: BisectState, verdict: SearchVerdict): BisectState {
  const { graph, next, candidates, open } = state;
  if (next === undefined) throw new Error('the bisection is over');
  if (verdict === 'unknown')
    return settled({ ...state, unknown: new Set([...state.unknown, next]) });
  const above = closure(graph.parents, [next]);
  if (verdict === 'good')
    return settled({
      ...state,
      candidates: candidates.filter((one) => !above.has(one)),
      open: new Set([...open].filter((one) => !above.has(one))),
    });
  const among = candidates.length > 0 ? candidates : [...open];
  return settled({ ...state, bad: next, candidates: among.filter((one) => above.has(one)) });
}

/** Concludes what can be concluded, and chooses the next test. */
function settled(state: BisectState): BisectState {
  const { graph, candidates, open, unknown, bad, found, every } = state;
  const pending = { graph, candidates, open, unknown, bad, found, every };
  const testable = (at: number) => at !== bad && !unknown.has(at);
  if (candidates.length > 0) {
    const next = halving(graph, candidates, testable);
    return next === undefined ? settled(concluded(pending)) : { ...pending, next };
  }
  if (!every || found.length === 0) return pending;
  const next = widest(graph, [...open].sort(ascending), testable);
  return next === undefined ? pending : { ...pending, next };
}

function concluded(state: BisectState): BisectState {
  const explained = closure(state.graph.children, state.candidates);
  return {
    ...state,
    candidates: [],
    found: [...state.found, state.candidates],
    open: new Set([...state.open].filter((one) => !explained.has(one))),
  };
}

const ascending = (a: number, b: number) => a - b;

/** Of the graph only some nodes, which lie closed: what is between two of them is one of them. */
function countsAmong(graph: SearchGraph, some: readonly number[]): Int32Array {
  const places = new Map(some.map((at, place) => [at, place]));
  return ancestorCounts(
    some.map((at) => (graph.parents[at] ?? []).flatMap((parent) => places.get(parent) ?? [])),
  );
}

function best(
  graph: SearchGraph,
  some: readonly number[],
  testable: (at: number) => boolean,
  scoreOf: (ancestors: number) => number,
): number | undefined {
  const counts = countsAmong(graph, some);
  const name = (at: number) => graph.names[at] ?? '';
  let found: number | undefined;
  let highest = 0;
  for (const [place, at] of some.entries()) {
    if (!testable(at)) continue;
    const score = scoreOf(counts[place] as number);
    const sooner = found === undefined || name(at) < name(found);
    if (score < highest || (score === highest && !sooner)) continue;
    found = at;
    highest = score;
  }
  return found;
}

/** The candidate whose outcome, whichever it is, leaves the fewest. */
function halving(
  graph: SearchGraph,
  candidates: readonly number[],
  testable: (at: number) => boolean,
): number | undefined {
  const all = candidates.length;
  return best(graph, candidates, testable, (above) => Math.min(above, all - above));
}

/** The one that would clear most by being good. */
function widest(
  graph: SearchGraph,
  open: readonly number[],
  testable: (at: number) => boolean,
): number | undefined {
  return best(graph, open, testable, (above) => above);
}

/** Beyond so many candidates the tests that are left are not counted but estimated. */
const countedCandidates = 64;

/**
 * How many more tests the search at hand takes at most when each has a clear outcome; with more than 64
 * candidates what halving would take, which is less than it takes where many parents meet.
 */
export function testsLeft(state: BisectState): number {
  if (state.candidates.length > countedCandidates)
    return Math.ceil(Math.log2(state.candidates.length));
  if (state.next === undefined) return 0;
  if (state.candidates.length === 0) return 1;
  const searches = state.found.length;
  const after = (verdict: SearchVerdict): number => {
    const then = afterOutcome(state, verdict);
    return then.found.length > searches ? 0 : testsLeft(then);
  };
  return 1 + Math.max(after('good'), after('bad'));
}
