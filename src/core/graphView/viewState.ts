import type { NodeId } from '../ids.ts';
import { noFilter, type GraphFilter } from './filterLineage.ts';
import type { Direction } from './neighbourhood.ts';

/** A step by which a person opens or folds part of the view; later ones win over earlier ones. */
export type FoldStep =
  /** Draws these models, wherever they are hidden. */
  | { readonly is: 'reveal'; readonly nodes: readonly NodeId[] }
  /** Hides what hangs below a model. */
  | { readonly is: 'fold'; readonly node: NodeId }
  | { readonly is: 'unfold'; readonly node: NodeId }
  /** Hides the whole family of a model. */
  | { readonly is: 'fold-family'; readonly node: NodeId }
  | { readonly is: 'unfold-family'; readonly node: NodeId }
  /** Folds the line of versions that a model is in, or opens it. */
  | { readonly is: 'fold-chain'; readonly node: NodeId }
  | { readonly is: 'unfold-chain'; readonly node: NodeId };

/** All that decides what is drawn of a graph. */
export interface ViewState {
  readonly filter: GraphFilter;
  /** Only what is within `depth` edges of these models. */
  readonly focus?: {
    readonly nodes: readonly NodeId[];
    readonly depth: number;
    readonly direction: Direction;
  };
  /** Whether lines of versions are folded that no step has touched. */
  readonly foldChains: boolean;
  /** In the order they were taken. */
  readonly steps: readonly FoldStep[];
  /** How many families that are hidden whole have a summary of their own. */
  readonly families: number;
}

/** Families with summaries of their own at first, and how many more each asking gives. */
export const familiesPerPage = 40;
/** Models that opening one summary adds at most. */
export const expandStep = 60;
/** Fold steps that are remembered; the oldest is forgotten, which only folds what it had opened. */
const mostSteps = 500;

export const openingState: ViewState = {
  filter: noFilter,
  foldChains: false,
  steps: [],
  families: familiesPerPage,
};

/** The state after one more step. */
export function withStep(state: ViewState, step: FoldStep): ViewState {
  return { ...state, steps: [...state.steps, step].slice(-mostSteps) };
}
