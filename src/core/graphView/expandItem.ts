import { at } from '../layout/at.ts';
import type { NodeId } from '../ids.ts';
import type { LineageIndex } from './lineageIndex.ts';
import type { ViewItem } from './viewPlan.ts';
import { expandStep, familiesPerPage, withStep, type ViewState } from './viewState.ts';

/** Relatives of each side that are revealed together with a model. */
const mostRelatives = 8;

/**
 * The state after a person opens an item: a stack shows its versions, a summary its next `expandStep`
 * models, the rest of the families a page more of them. A model stays as it is.
 */
export function expandItem(state: ViewState, item: ViewItem, anchor?: NodeId): ViewState {
  const first = at(item.nodes, 0);
  const nodes = item.nodes.slice(0, expandStep);
  switch (item.is) {
    case 'model':
      return state;
    case 'stack':
      return withStep(state, { is: 'unfold-chain', node: first });
    case 'families':
      return { ...state, families: state.families + familiesPerPage };
    case 'family':
      return withStep(withStep(state, { is: 'unfold-family', node: first }), {
        is: 'reveal',
        nodes,
      });
    case 'below': {
      const open = anchor === undefined ? state : withStep(state, { is: 'unfold', node: anchor });
      return withStep(open, { is: 'reveal', nodes });
    }
  }
}

/** A model with some of its parents and children, the model itself last: what to reveal for it. */
export function withRelatives(index: LineageIndex, id: NodeId): NodeId[] {
  const parents: NodeId[] = [];
  const children: NodeId[] = [];
  for (const { from, to } of index.edges) {
    if (to === id && parents.length < mostRelatives) parents.push(from);
    else if (from === id && children.length < mostRelatives) children.push(to);
  }
  return [...children, ...parents, id];
}
