import type { NodeId } from '../core/ids.ts';
import type { Dialog } from './dialogs/dialog.ts';
import type { InspectorTab, Listing, Pane } from './screen.ts';
import type { ColourWish, Only } from './graph/graphViewProps.ts';
import type { Mark, Side, Work } from './work/work.ts';

const noMarks: ReadonlyMap<NodeId, Mark> = new Map();

/** The part of the session that says what the screen shows: what is selected, open and in front. */
export class ScreenState {
  selection = $state.raw<readonly NodeId[]>([]);
  query = $state('');
  pane = $state<Pane>('graph');
  tab = $state<InspectorTab>('overview');
  listing = $state<Listing>('models');
  dialog = $state.raw<Dialog | undefined>(undefined);
  /** In the middle instead of the graph, and at the right instead of the inspector. */
  work = $state.raw<Work | undefined>(undefined);
  side = $state.raw<Side | undefined>(undefined);
  /** How models stand in what goes on, drawn on the graph; the side view's to set. */
  /** The models that the graph alone shows: what a walk found. */
  only = $state.raw<Only | undefined>(undefined);
  /** Asks the graph for another colouring; a new object for each asking. */
  colourWish = $state.raw<ColourWish | undefined>(undefined);
  /** A tensor to be shown once the inspector lists its model's. */
  tensorWish = $state.raw<{ readonly node: NodeId; readonly name: string } | undefined>(undefined);
  marks = $state.raw<ReadonlyMap<NodeId, Mark>>(noMarks);

  readonly select = (ids: readonly NodeId[]): void => {
    this.selection = ids;
  };

  /** Selects one model and brings it to the inspector, on a small screen too. */
  readonly open = (id: NodeId, tab: InspectorTab = this.tab): void => {
    this.selection = [id];
    this.tab = tab;
    this.closeSide();
    this.pane = 'inspector';
  };

  /** Brings a model's tensor to the inspector. */
  readonly openTensor = (node: NodeId, name: string): void => {
    this.open(node, 'tensors');
    this.tensorWish = { node, name };
  };

  readonly show = (dialog: Dialog): void => {
    this.dialog = dialog;
  };

  /** Opens a view in the middle, on a small screen too. */
  readonly openWork = (work: Work): void => {
    this.work = work;
    this.pane = 'graph';
  };

  /** Opens a view at the right, on a small screen too. */
  readonly openSide = (side: Side): void => {
    this.side = side;
    this.pane = 'inspector';
  };

  readonly closeSide = (): void => {
    this.side = undefined;
    this.marks = noMarks;
  };
}
