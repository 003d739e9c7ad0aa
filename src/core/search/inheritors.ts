import type { NodeId } from '../ids.ts';
import { nodeOf } from '../lineage/editLineage.ts';
import type { EdgeKind } from '../lineage/graph.ts';
import type { Lineage } from '../lineage/lineage.ts';
import { neighbours } from '../lineage/walk.ts';
import { closure } from './searchGraph.ts';
import { afterOutcome, beginBisect, type BisectState } from './bisect.ts';
import type { SearchVerdict } from '../searchViews.ts';

/**
 * A search for all that inherited a fault from where a known bad model has it from: first up, by
 * bisection, then down, not going below what is good. A value: `afterInheritor` gives the next one.
 *
 * It assumes that a model above the known one passes a fault on to all that lie between the two, and that
 * below it the fault is only in models with a parent that has it.
 */
export interface InheritState {
  readonly lineage: Lineage;
  readonly kinds: readonly EdgeKind[];
  readonly up: BisectState;
  /** What is known so far; `known` itself is bad. In the order it was found out. */
  readonly verdicts: ReadonlyMap<NodeId, SearchVerdict>;
  /** Bad without a test: between an origin and another bad one. */
  readonly inferred: ReadonlySet<NodeId>;
  /** Where the fault came in, so far as is known; more than it needs where outcomes were unknown. */
  readonly origins: readonly NodeId[];
  /** To be tested next; undefined at the end. */
  readonly next?: NodeId;
}

/** @throws LineageError `node-missing`. */
export function beginInheritors(
  lineage: Lineage,
  known: NodeId,
  kinds: readonly EdgeKind[],
): InheritState {
  const up = beginBisect(lineage, { bad: known, kinds, every: true });
  return settled({
    lineage,
    kinds,
    up,
    verdicts: new Map([[nodeOf(lineage, known).id, 'bad']]),
    inferred: new Set(),
    origins: [],
  });
}

/** The state after the outcome of testing `state.next`. */
export function afterInheritor(state: InheritState, verdict: SearchVerdict): InheritState {
  if (state.next === undefined) throw new Error('the search is over');
  const verdicts = new Map([...state.verdicts, [state.next, verdict] as const]);
  const up = state.up.next === undefined ? state.up : afterOutcome(state.up, verdict);
  return settled({ ...state, up, verdicts });
}

function settled({ lineage, kinds, up, verdicts }: InheritState): InheritState {
  const state = { lineage, kinds, up, verdicts, ...between(up, verdicts) };
  const next = up.next === undefined ? untestedBelow(state) : up.graph.ids[up.next];
  return next === undefined ? state : { ...state, next };
}

/**
 * Origins, and all that lies between them and what was tested bad in the search upwards. Of several
 * candidates that no outcome told apart only the lowest is surely bad, and that one counts as the origin.
 */
function between(
  up: BisectState,
  verdicts: ReadonlyMap<NodeId, SearchVerdict>,
): Pick<InheritState, 'origins' | 'inferred'> {
  const first = up.found.flatMap((set) => set.at(-1) ?? []);
  const bad = [...verdicts].flatMap(([id, verdict]) =>
    verdict === 'bad' ? (up.graph.positions.get(id) ?? []) : [],
  );
  const below = closure(up.graph.children, first);
  const above = closure(up.graph.parents, bad);
  const idAt = (at: number) => up.graph.ids[at] as NodeId;
  return {
    origins: first.map(idAt),
    inferred: new Set(
      [...below]
        .filter((at) => above.has(at))
        .map(idAt)
        .filter((id) => !verdicts.has(id)),
    ),
  };
}

function untestedBelow(state: Omit<InheritState, 'next'>): NodeId | undefined {
  const { lineage, kinds, verdicts } = state;
  const isKnown = (id: NodeId) => verdicts.has(id) || state.inferred.has(id);
  for (const id of affected(state))
    for (const child of neighbours(lineage, id, { kinds, direction: 'down' }))
      if (!isKnown(child.id)) return child.id;
  return undefined;
}

/** All that have the fault, by test or between two that do. */
export function affected({ verdicts, inferred }: Omit<InheritState, 'next'>): Set<NodeId> {
  const bad = [...verdicts].flatMap(([id, verdict]) => (verdict === 'bad' ? [id] : []));
  return new Set([...bad, ...inferred]);
}
