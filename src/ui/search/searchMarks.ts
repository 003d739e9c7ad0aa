import type { NodeId } from '../../core/ids.ts';
import type { SearchState, SearchVerdict } from '../../core/searchViews.ts';
import type { Mark } from '../work/work.ts';
import type { Report } from './searchRun.svelte.ts';

type Marks = ReadonlyMap<NodeId, Mark>;

const knownWords: Readonly<Record<SearchVerdict, readonly [tested: string, inferred: string]>> = {
  good: ['passes', 'taken to pass'],
  bad: ['fails', 'taken to fail'],
  unknown: ['no clear outcome', 'no clear outcome'],
};

/** How models stand while a search goes on. */
export function stateMarks({ known, candidates, next }: SearchState): Marks {
  const marks = new Map<NodeId, Mark>();
  for (const node of candidates)
    marks.set(node, { tone: 'candidate', label: 'may be where it came in' });
  for (const { node, verdict, tested } of known)
    marks.set(node, { tone: verdict, label: knownWords[verdict][tested ? 0 : 1] });
  if (next !== undefined) marks.set(next, { tone: 'next', label: 'being tested' });
  return marks;
}

/** How models stand when a search has ended: what it found, over what it tested. */
export function reportMarks(found: Report, state: SearchState | undefined): Marks {
  const known: SearchState = { known: state?.known ?? [], candidates: [], tests: 0, left: 0 };
  const marks = new Map(stateMarks(known));
  const origin: Mark = { tone: 'bad', label: 'the fault came in here' };
  if (found.is === 'origin') for (const { node } of found.report.first) marks.set(node, origin);
  if (found.is === 'inheritors') {
    for (const node of found.report.affected)
      marks.set(node, { tone: 'bad', label: 'has the fault' });
    for (const node of found.report.origins) marks.set(node, origin);
  }
  return marks;
}

/** Marks on what a walk gave. */
export function walkMarks(nodes: readonly NodeId[]): Marks {
  return new Map(nodes.map((node) => [node, { tone: 'candidate', label: 'in the list' }]));
}
