import type { NodeId } from '../../core/ids.ts';
import type { EdgeKind } from '../../core/lineage/graph.ts';
import { parentsOf } from '../../core/lineage/lineage.ts';
import type { BisectState } from '../../core/search/bisect.ts';
import { closure } from '../../core/search/searchGraph.ts';
import type { BisectOrder, BisectReport, SearchVerdict } from '../../core/searchViews.ts';
import type { Asker } from './askModels.ts';
import { counted, namedList } from './wording.ts';

/** What a bisection found, with words for people. */
export function bisectReport(
  asker: Asker,
  state: BisectState,
  kinds: readonly EdgeKind[],
  order: Pick<BisectOrder, 'bad' | 'good'>,
): BisectReport {
  const { graph } = state;
  const given = (order.good ?? []).flatMap((node) => graph.positions.get(node) ?? []);
  const tested = asker
    .tested()
    .flatMap(({ node, verdict }) => (verdict === 'good' ? (graph.positions.get(node) ?? []) : []));
  const cleared = closure(graph.parents, [...given, ...tested]);
  const verdictOf = (node: NodeId): SearchVerdict =>
    asker.answers.get(node)?.verdict ??
    (cleared.has(graph.positions.get(node) ?? -1) ? 'good' : 'unknown');
  const first = state.found.flat().map((at) => {
    const node = graph.ids[at] as NodeId;
    const parents = kinds.flatMap((kind) =>
      parentsOf(asker.lineage, node, kind).map((parent) => ({
        node: parent,
        kind,
        verdict: verdictOf(parent),
      })),
    );
    return { node, parents };
  });
  return {
    first,
    tests: asker.tests,
    tested: asker.tested(),
    summary: `${finds(asker, state, first)}; ${counted(asker.tests, 'test')} of ${counted(graph.ids.length, 'model')}.`,
    notes: [...asker.notes, ...limits(asker, state)],
  };
}

function finds(asker: Asker, state: BisectState, first: BisectReport['first']): string {
  return state.found
    .map((set) => {
      const nodes = set.map((at) => state.graph.ids[at] as NodeId);
      if (nodes.length > 1)
        return `Introduced in one of ${namedList(nodes.map((node) => asker.name(node)))}, which no clear outcome tells apart`;
      const [node] = nodes as [NodeId];
      const parents = first.find((one) => one.node === node)?.parents ?? [];
      const above = [...new Set(parents.map((parent) => asker.name(parent.node)))];
      if (above.length === 0) return `Bad from its beginning: ${asker.name(node)} has no parent`;
      const good = parents.every(({ verdict }) => verdict === 'good') ? ' (good)' : '';
      return `Introduced in ${asker.name(node)}, between ${namedList(above)}${good} and ${asker.name(node)} (bad)`;
    })
    .join('; ');
}

function limits(asker: Asker, state: BisectState): string[] {
  const { graph, open } = state;
  const notes: string[] = [];
  if (open.size > 0)
    notes.push(
      `${counted(open.size, 'model')} on other paths ${open.size === 1 ? 'is' : 'are'} neither known to be good nor below what was found: the fault may have come in there too.`,
    );
  const untested = graph.ids.filter((node) => !asker.answers.has(node)).length - open.size;
  if (untested > 0)
    notes.push(
      `Verdicts on ${counted(untested, 'other model')} follow from this: what is below a bad model is bad. If the fault went away and came back, there are other places too.`,
    );
  return notes;
}
