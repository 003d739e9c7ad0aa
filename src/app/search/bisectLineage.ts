import type { NodeId } from '../../core/ids.ts';
import { LineageError } from '../../core/lineageError.ts';
import type { EdgeKind } from '../../core/lineage/graph.ts';
import { parentsOf, pathDown } from '../../core/lineage/lineage.ts';
import type { Run } from '../../core/ports/run.ts';
import {
  afterOutcome,
  beginBisect,
  testsLeft,
  type BisectState,
} from '../../core/search/bisect.ts';
import type { BisectOrder, BisectReport, SearchState } from '../../core/searchViews.ts';
import { Asker } from './askModels.ts';
import { bisectReport } from './bisectReport.ts';
import type { SearchPorts } from './searchPorts.ts';
import { searchState } from './searchState.ts';

export type OnSearch = (state: SearchState) => void;

/**
 * Finds where the fault of a bad model came in, by few tests, and checks the claim: the parents of what
 * was found are tested, and where one of them is bad too the search goes on from it.
 *
 * @throws LineageError `search-unfit` when the bad model passes, `test-missing`, `node-missing`; an
 *   `AbortError`.
 */
export async function bisectLineage(
  ports: SearchPorts,
  order: BisectOrder,
  run: Run,
  onState: OnSearch,
): Promise<BisectReport> {
  const asker = new Asker(ports, await ports.session.lineage(), order, run);
  const kinds = order.kinds ?? (['provenance', 'version'] as const);
  const begin = beginBisect(asker.lineage, { ...order, kinds });
  if (begin.candidates.length === 0 && begin.found.length === 0)
    throw new LineageError('search-unfit', {
      reason: `a model that is known to be good is ${asker.name(order.bad)} itself or below it`,
    });
  await asker.expect(order.bad, 'bad');
  let state = await searched(asker, begin, order, run, onState);
  if (order.verify ?? true)
    for (;;) {
      const worse = await badParent(asker, state, kinds, order);
      if (worse === undefined) break;
      asker.notes.push(worse.note);
      const good = (order.good ?? []).concat(goodAbove(asker, worse.node));
      const again = beginBisect(asker.lineage, { ...order, bad: worse.node, good, kinds });
      if (again.candidates.length === 0 && again.found.length === 0) break;
      state = await searched(asker, again, order, run, onState);
    }
  onState(searchState(state, asker, order));
  return bisectReport(asker, state, kinds, order);
}

/** Tests until there is nothing more to be found out. Outcomes that are known already cost nothing. */
async function searched(
  asker: Asker,
  begin: BisectState,
  order: BisectOrder,
  run: Run,
  onState: OnSearch,
): Promise<BisectState> {
  let state = begin;
  onState(searchState(state, asker, order));
  while (state.next !== undefined) {
    const node = state.graph.ids[state.next] as NodeId;
    run.onProgress?.({
      step: `Testing ${asker.name(node)}`,
      done: asker.tests,
      total: asker.tests + testsLeft(state),
      unit: 'models',
    });
    state = afterOutcome(state, await asker.ask(node));
    onState(searchState(state, asker, order));
  }
  return state;
}

/** Models tested good that do not lie below `node`: what they clear is not in doubt. */
function goodAbove(asker: Asker, node: NodeId): NodeId[] {
  return asker
    .tested()
    .filter(({ verdict }) => verdict === 'good')
    .map(({ node: good }) => good)
    .filter((good) => pathDown(asker.lineage, node, good) === undefined);
}

/** A parent of a find that is bad although it was taken to be good: then badness is not inherited by all. */
async function badParent(
  asker: Asker,
  state: BisectState,
  kinds: readonly EdgeKind[],
  { good = [] }: BisectOrder,
): Promise<{ readonly node: NodeId; readonly note: string } | undefined> {
  for (const set of state.found) {
    const first = state.graph.ids[set[0] as number];
    if (set.length !== 1 || first === undefined) continue;
    const parents = new Set(kinds.flatMap((kind) => parentsOf(asker.lineage, first, kind)));
    for (const node of parents) {
      if (good.includes(node) || asker.answers.has(node)) continue;
      if ((await asker.ask(node)) !== 'bad') continue;
      const note = `${asker.name(node)} fails although a model below it passes: the fault comes and goes, so there may be more places where it comes in.`;
      return { node, note };
    }
  }
  return undefined;
}
