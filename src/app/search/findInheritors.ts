import type { NodeId } from '../../core/ids.ts';
import type { Run } from '../../core/ports/run.ts';
import { testsLeft } from '../../core/search/bisect.ts';
import { affected, afterInheritor, beginInheritors, type InheritState } from '../../core/search/inheritors.ts'; // prettier-ignore
import type { InheritOrder, InheritReport, SearchState } from '../../core/searchViews.ts';
import { Asker } from './askModels.ts';
import type { OnSearch } from './bisectLineage.ts';
import type { SearchPorts } from './searchPorts.ts';
import { counted, namedList } from './wording.ts';

/**
 * Finds all models that have a fault from where a known bad one has it, by testing that family only.
 *
 * @throws LineageError `search-unfit` when the known model passes, `test-missing`, `node-missing`; an
 *   `AbortError`.
 */
export async function findInheritors(
  ports: SearchPorts,
  order: InheritOrder,
  run: Run,
  onState: OnSearch,
): Promise<InheritReport> {
  const asker = new Asker(ports, await ports.session.lineage(), order, run);
  const kinds = order.kinds ?? (['provenance', 'version'] as const);
  let state = beginInheritors(asker.lineage, order.known, kinds);
  await asker.expect(order.known, 'bad');
  onState(stateOf(state, asker));
  while (state.next !== undefined) {
    run.onProgress?.({
      step: `Testing ${asker.name(state.next)}`,
      done: asker.tests,
      total: asker.tests + Math.max(1, testsLeft(state.up)),
      unit: 'models',
    });
    state = afterInheritor(state, await asker.ask(state.next));
    onState(stateOf(state, asker));
  }
  return reportOf(state, asker);
}

function stateOf(state: InheritState, asker: Asker): SearchState {
  const tested = [...state.verdicts].map(([node, verdict]) => ({ node, verdict, tested: true }));
  const inferred = Array.from(state.inferred, (node) => ({
    node,
    verdict: 'bad' as const,
    tested: false,
  }));
  return {
    known: [...tested, ...inferred],
    candidates: state.up.candidates.map((at) => state.up.graph.ids[at] as NodeId),
    ...(state.next === undefined ? {} : { next: state.next }),
    tests: asker.tests,
    left: state.up.next === undefined ? Number(state.next !== undefined) : testsLeft(state.up),
  };
}

function reportOf(state: InheritState, asker: Asker): InheritReport {
  const { origins, inferred } = state;
  const all = [...affected(state)];
  const of = asker.lineage.nodes.size;
  const unknown = [...state.verdicts].flatMap(([id, is]) => (is === 'unknown' ? [id] : []));
  const have = all.length === 1 ? 'has' : 'have';
  return {
    origins,
    affected: all,
    inferred: [...inferred],
    tests: asker.tests,
    of,
    unknown,
    summary: `${counted(all.length, 'model')} ${have} the fault, which came in with ${namedList(origins.map((id) => asker.name(id)))}; ${counted(asker.tests, 'test')} instead of ${of}.`,
    notes: [
      ...asker.notes,
      ...(inferred.size === 0
        ? []
        : [
            `${counted(inferred.size, 'model')} ${inferred.size === 1 ? 'was' : 'were'} not tested: what lies between an origin and a bad model below it is taken to be bad.`,
          ]),
      ...(unknown.length === 0
        ? []
        : [`Nothing was looked for below ${counted(unknown.length, 'model')} without a clear outcome, unless another path leads there.`]),
      'Below the origins the fault is taken to be only in models with a parent that has it; models that have it from elsewhere are not found.',
    ],
  }; // prettier-ignore
}
