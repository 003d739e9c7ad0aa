import { beginBisect, testsLeft } from '../../core/search/bisect.ts';
import { lineageOf, type Lineage } from '../../core/lineage/lineage.ts';
import type { GraphData } from '../../core/lineage/graph.ts';
import type { BisectOrder } from '../../core/searchViews.ts';
import { counted } from '../format.ts';

/** What a search would take at most, or why it cannot begin. */
export interface SearchPlan {
  readonly text: string;
  readonly unfit?: boolean;
}

/** Beyond so many candidates the tests are estimated; see `testsLeft`. */
const counting = 64;

type Problem = Pick<BisectOrder, 'bad' | 'good' | 'skip' | 'every'> &
  Required<Pick<BisectOrder, 'kinds'>>;

/** Of the graph at hand: it is asked about with every change of the form. */
const indexes = new WeakMap<GraphData, Lineage>();

function indexed(graph: GraphData): Lineage {
  const known = indexes.get(graph);
  if (known !== undefined) return known;
  const lineage = lineageOf(graph);
  indexes.set(graph, lineage);
  return lineage;
}

/** How many tests finding the origin takes at most, the bad model's own among them. */
export function originPlan(graph: GraphData, problem: Problem): SearchPlan {
  const state = beginBisect(indexed(graph), problem);
  const { candidates } = state;
  if (candidates.length === 0 && state.found.length === 0)
    return {
      text: 'Nothing is left to test: a model that you say is good is the bad one itself, or below it.',
      unfit: true,
    };
  const models = counted(state.graph.ids.length, 'model');
  if (state.graph.ids.length === 1)
    return { text: 'It has no ancestors by these edges: only the model itself would be tested.' };
  const most = candidates.length > counting ? 'About' : 'At most';
  const tests = counted(1 + testsLeft(state), 'test');
  const more = problem.every === true ? ', more for other paths' : '';
  return { text: `${most} ${tests} of ${models}${more}.` };
}

/** How many tests the way up takes at most; how many below depends on how many have the fault. */
export function inheritPlan(graph: GraphData, problem: Problem): SearchPlan {
  const state = beginBisect(indexed(graph), problem);
  return {
    text: `About ${counted(1 + testsLeft(state), 'test')} to find where it came from, then one for each of its descendants, not below a good one; ${counted(graph.nodes.length, 'model')} in all.`,
  };
}
