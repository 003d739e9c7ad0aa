import type { ColourBy } from '../../core/graphView/colouring.ts';
import { describeItem } from '../../core/graphView/describeItem.ts';
import { withRelatives } from '../../core/graphView/expandItem.ts';
import { textMatcher } from '../../core/graphView/filterLineage.ts';
import { indexLineage } from '../../core/graphView/lineageIndex.ts';
import { planView } from '../../core/graphView/planView.ts';
import type { SizeBy } from '../../core/graphView/sizing.ts';
import type { ViewItem } from '../../core/graphView/viewPlan.ts';
import { openingState, withStep, type ViewState } from '../../core/graphView/viewState.ts';
import type { NodeId } from '../../core/ids.ts';
import { GraphDriver } from './graphDriver.svelte.ts';
import { keysOf, litKeys } from './litKeys.ts';
import type { Marks } from './renderer.ts';
import { appearanceOf } from './scene.ts';
import type { GraphViewProps } from './graphViewProps.ts';
import { itemTones } from './tones.ts';
import type { Mark } from '../work/work.ts';

const nothing: ReadonlyMap<NodeId, Mark> = new Map();

/** State of one graph view: what is drawn, what stands out, and what a person's acts change of it. */
export class GraphScreen {
  readonly driver = new GraphDriver();
  view = $state.raw<ViewState>(openingState);
  colourBy = $state<ColourBy>('family');
  sizeBy = $state<SizeBy>('none');
  onlyMatches = $state(false);
  hovered = $state<string | undefined>(undefined);
  focused = $state<string | undefined>(undefined);
  /** A selection that a person has just folded away is not brought back. */
  left = $state.raw<readonly NodeId[]>([]);
  readonly #props: () => GraphViewProps;

  constructor(props: () => GraphViewProps) {
    this.#props = props;
  }

  get props(): GraphViewProps {
    return this.#props();
  }

  readonly index = $derived.by(() => indexLineage(this.props.graph));
  readonly #state = $derived.by((): ViewState => {
    const query = this.onlyMatches ? this.props.query : '';
    const text = `${this.view.filter.text} ${query}`.trim();
    const { only } = this.props;
    const limit = only === undefined ? {} : { only: only.nodes };
    return { ...this.view, filter: { ...this.view.filter, text, ...limit } };
  });
  /** The plan without the selection. */
  readonly base = $derived.by(() => planView(this.index, this.#state));
  /** What is drawn: as the state says, and the selected models in any case. */
  readonly plan = $derived.by(() => {
    const { selection } = this.props;
    const [first] = selection;
    if (first === undefined || selection === this.left) return this.base;
    const item = this.base.items.find(({ nodes }) => nodes.includes(first));
    if (item === undefined || item.is === 'model' || item.is === 'stack') return this.base;
    const nodes = withRelatives(this.index, first);
    return planView(this.index, withStep(this.#state, { is: 'reveal', nodes }));
  });
  /** How models stand: in what goes on, else by their tests where these are asked for. */
  readonly standing = $derived.by((): ReadonlyMap<NodeId, Mark> => {
    const { standing = nothing, tested = nothing } = this.props;
    if (standing.size > 0) return standing;
    return this.colourBy === 'tests' ? tested : nothing;
  });
  readonly appearance = $derived.by(() =>
    appearanceOf(
      this.index,
      this.plan,
      { colourBy: this.colourBy, sizeBy: this.sizeBy },
      this.props.theme,
      itemTones(this.plan.items, this.standing),
    ),
  );
  readonly matches = $derived.by((): readonly NodeId[] => {
    const { query } = this.props;
    if (query.trim() === '') return [];
    return this.index.nodes.filter(textMatcher(query)).map(({ id }) => id);
  });
  readonly marks = $derived.by((): Marks => {
    const selected = keysOf(this.plan.items, this.props.selection);
    const matched = keysOf(this.plan.items, this.matches);
    const searching = this.props.query.trim() !== '' && !this.onlyMatches;
    // What goes on is not dimmed for a selection that was there before.
    const alone = selected.size === 1 && this.standing.size === 0;
    const around = this.hovered ?? (alone ? [...selected][0] : undefined);
    const lit = litKeys(this.plan, around, searching ? matched : undefined);
    return { selected, matched, lit, focused: this.focused };
  });
  readonly focusedItem = $derived.by(() => this.item(this.focused));
  readonly description = $derived.by(() =>
    this.focusedItem === undefined ? '' : this.#described(this.focusedItem),
  );

  #described(item: ViewItem): string {
    const [first] = item.nodes;
    const mark = first === undefined ? undefined : this.standing.get(first);
    const lossy = this.appearance.lossy.has(item.key) ? ' Lossy: it has less precision.' : '';
    const words = `${describeItem(this.index, this.plan, item)}${lossy}`;
    return mark === undefined ? words : `${words} ${mark.label}.`;
  }

  item(key: string | undefined): ViewItem | undefined {
    return this.plan.items.find((item) => item.key === key);
  }
}
