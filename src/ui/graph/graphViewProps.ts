import type { ColourBy } from '../../core/graphView/colouring.ts';
import type { NodeId } from '../../core/ids.ts';
import type { LayoutInput, Positions } from '../../core/layout/layout.ts';
import type { Edge, GraphData } from '../../core/lineage/graph.ts';
import type { Mark } from '../work/work.ts';
import type { ThemeName } from './look.ts';
import type { MakeRenderer } from './renderer.ts';

/** What the graph view is given; see `GraphView.svelte`. */
export interface GraphViewProps {
  readonly graph: GraphData;
  readonly selection: readonly NodeId[];
  readonly onselect: (ids: readonly NodeId[]) => void;
  readonly layout: (input: LayoutInput) => Promise<Positions>;
  /** Search text: what matches stands out. */
  readonly query: string;
  readonly theme: ThemeName;
  readonly onopenedge?: (edge: Edge) => void;
  readonly onopen?: (id: NodeId) => void;
  /** Opens the form that makes models from others. */
  readonly oncreate?: (ids: readonly NodeId[]) => void;
  readonly busy?: boolean;
  /** How models stand in what goes on. */
  readonly standing?: ReadonlyMap<NodeId, Mark>;
  /** How models stand by their tests, for the colouring of that name. */
  readonly tested?: ReadonlyMap<NodeId, Mark>;
  /** Only these models, and why: what a walk found. */
  readonly only?: Only | undefined;
  readonly onclearonly?: () => void;
  readonly colourWish?: ColourWish | undefined;
  /** More that can be done with the selection. */
  readonly acts?: readonly SelectionAct[];
  /** Cytoscape unless given. */
  readonly renderer?: MakeRenderer;
}

/** Models that alone are shown. */
export interface Only {
  /** "descendants of base that fail accuracy". */
  readonly label: string;
  readonly nodes: readonly NodeId[];
}

/** A colouring that another part of the screen asks for; a new object for each asking. */
export interface ColourWish {
  readonly by: ColourBy;
}

/** Something to do with the selection, as a button beside it. */
export interface SelectionAct {
  readonly label: string;
  readonly run: () => void;
}
