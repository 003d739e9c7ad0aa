import { expandItem, withRelatives } from '../../core/graphView/expandItem.ts';
import { moveFocus, type Move } from '../../core/graphView/moveFocus.ts';
import type { ViewItem } from '../../core/graphView/viewPlan.ts';
import {
  openingState,
  withStep,
  type FoldStep,
  type ViewState,
} from '../../core/graphView/viewState.ts';
import type { NodeId } from '../../core/ids.ts';
import type { GraphScreen } from './graphScreen.svelte.ts';
import type { RendererEvents } from './renderer.ts';

/*
 * What a person's acts change of a graph view.
 */

/** The acts that come from the canvas. */
export function canvasEvents(screen: GraphScreen): RendererEvents {
  const { driver } = screen;
  return {
    ontap: (key, additive) => {
      tap(screen, key, additive);
    },
    onopen: (key) => {
      open(screen, key);
    },
    onedge: (key) => {
      const edge = screen.plan.edges.find((other) => other.key === key)?.edge;
      if (edge !== undefined) screen.props.onopenedge?.(edge);
    },
    onbackground: () => {
      clear(screen);
    },
    onbox: (keys, additive) => {
      const { selection, onselect } = screen.props;
      const boxed = keys.flatMap((key) => screen.item(key)?.nodes ?? []);
      onselect([...new Set([...(additive ? selection : []), ...boxed])]);
    },
    onhover: (key) => {
      screen.hovered = key;
    },
    onviewport: (viewport) => {
      driver.viewport = viewport;
    },
    onmove: () => {
      driver.moved();
    },
    onresize: () => {
      driver.resized();
    },
  };
}

/** Selects an item's models, or with `additive` adds or takes them; a folded item opens instead. */
export function tap(screen: GraphScreen, key: string, additive: boolean): void {
  const item = screen.item(key);
  if (item === undefined) return;
  screen.focused = key;
  keepRevealed(screen, key);
  const { selection, onselect } = screen.props;
  if (item.is !== 'model' && !additive) {
    expand(screen, item);
    return;
  }
  if (!additive) {
    onselect(item.nodes);
    return;
  }
  const inside = new Set(item.nodes);
  const all = item.nodes.every((id) => selection.includes(id));
  const others = selection.filter((id) => !inside.has(id));
  onselect(all ? others : [...others, ...item.nodes]);
}

/** What is drawn only because it was selected stays when the selection goes on from it. */
function keepRevealed(screen: GraphScreen, anchor: string): void {
  const [first] = screen.props.selection;
  if (screen.plan === screen.base || first === undefined) return;
  screen.driver.prepare({ anchor });
  const nodes = withRelatives(screen.index, first);
  screen.view = withStep(screen.view, { is: 'reveal', nodes });
}

export function clear(screen: GraphScreen): void {
  screen.focused = undefined;
  if (screen.props.selection.length > 0) screen.props.onselect([]);
}

/** Opens a model, or what is folded in an item. */
export function open(screen: GraphScreen, key: string): void {
  const item = screen.item(key);
  const [first] = item?.nodes ?? [];
  if (item === undefined || first === undefined) return;
  if (item.is !== 'model') expand(screen, item);
  else if (screen.props.onopen === undefined) screen.props.onselect([first]);
  else screen.props.onopen(first);
}

function expand(screen: GraphScreen, item: ViewItem): void {
  const anchor = item.is === 'below' ? (item.key.slice(2) as NodeId) : undefined;
  const first = `m:${item.nodes[0] ?? ''}`;
  screen.driver.prepare({
    anchor: anchor === undefined ? item.key : `m:${anchor}`,
    reveal: first,
  });
  if (screen.focused === item.key && item.is !== 'families') screen.focused = first;
  screen.view = expandItem(screen.view, item, anchor);
}

/** Folds or unfolds around models; the drawing stays where the first of them is. */
export function fold(
  screen: GraphScreen,
  is: Exclude<FoldStep['is'], 'reveal'>,
  nodes: readonly NodeId[],
): void {
  screen.left = screen.props.selection;
  const [first] = nodes;
  if (first !== undefined) screen.driver.prepare({ anchor: `m:${first}` });
  screen.view = nodes.reduce((view, node) => withStep(view, { is, node }), screen.view);
}

/** Changes filter, focus or folding; the whole is shown again. */
export function change(screen: GraphScreen, part: Partial<ViewState>): void {
  screen.driver.prepare({ fit: true });
  screen.view = { ...screen.view, ...part };
}

export function showOnlyMatches(screen: GraphScreen, only: boolean): void {
  screen.driver.prepare({ fit: true });
  screen.onlyMatches = only;
}

/** Ends the view of a neighbourhood. */
export function leaveFocus(screen: GraphScreen): void {
  screen.driver.prepare({ fit: true });
  const { filter, foldChains, steps, families } = screen.view;
  screen.view = { filter, foldChains, steps, families };
}

/** Back to how the lineage opened. */
export function startOver(screen: GraphScreen): void {
  screen.driver.prepare({ fit: true });
  screen.onlyMatches = false;
  screen.props.onclearonly?.();
  screen.left = screen.props.selection;
  screen.view = { ...openingState };
}

/** Brings a model on screen, out of any fold, and puts the focus on it. */
export function goTo(screen: GraphScreen, id: NodeId): void {
  const item = screen.plan.items.find(({ nodes }) => nodes.includes(id));
  if (item === undefined) return;
  const { driver } = screen;
  driver.moved();
  screen.focused = `m:${id}`;
  if (item.is === 'model') {
    driver.renderer?.reveal(item.key);
    return;
  }
  driver.prepare({ reveal: `m:${id}` });
  const nodes = withRelatives(screen.index, id);
  screen.view = withStep(screen.view, { is: 'reveal', nodes });
}

/** Moves the keyboard's focus, and the drawing with it. */
export function moveTo(screen: GraphScreen, move: Move): void {
  const { placed } = screen.driver;
  if (placed === undefined) return;
  screen.focused = moveFocus(placed.plan, placed.positions, screen.focused, move, placed.flow);
  if (screen.focused === undefined) return;
  screen.driver.moved();
  screen.driver.renderer?.reveal(screen.focused);
}
