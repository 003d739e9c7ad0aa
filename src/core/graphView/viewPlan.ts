import type { NodeId } from '../ids.ts';
import type { Edge, EdgeGrade, EdgeKind } from '../lineage/graph.ts';

/**
 * `model`: one model. `stack`: a folded line of versions. `below`: what hangs below a drawn model.
 * `family`: a family, or what is left of it. `families`: many families.
 */
export type ItemKind = 'model' | 'stack' | 'below' | 'family' | 'families';

/** Whether an item stands for models that are not drawn and not one line of versions either. */
export function isSummary(kind: ItemKind): boolean {
  return kind === 'below' || kind === 'family' || kind === 'families';
}

/** One thing that is drawn. Every kept model is in exactly one. */
export interface ViewItem {
  /** Stays the same from plan to plan while it stands for the same thing. */
  readonly key: string;
  readonly is: ItemKind;
  /** The models it stands for, nearest to the roots first; of a stack, oldest first. */
  readonly nodes: readonly NodeId[];
  /** The model's name, of a stack the newest one's, of a family its first one's; else in words. */
  readonly label: string;
  /** Of `families`: how many. */
  readonly families: number;
}

/** A drawn edge: one edge of the graph, or several of one kind between two summaries. */
export interface ViewEdge {
  readonly key: string;
  readonly from: string;
  readonly to: string;
  readonly kind: EdgeKind;
  /** The surest of those it stands for. */
  readonly grade: EdgeGrade;
  /** Inferred, and which of the two came first cannot be told. */
  readonly undecided: boolean;
  readonly count: number;
  /** The first of the edges it stands for. */
  readonly edge: Edge;
}

/** What to draw, bounded in size whatever the graph. */
export interface ViewPlan {
  readonly items: readonly ViewItem[];
  readonly edges: readonly ViewEdge[];
  /** Models drawn as themselves. */
  readonly drawn: number;
  /** Models inside stacks and summaries. */
  readonly folded: number;
  /** Models that the filter or the focus takes out. */
  readonly filtered: number;
  /** Whether summaries are there only because all would be too much to draw. */
  readonly overLimit: boolean;
}

/** Most nodes and edges handed to the renderer, and models drawn when a larger lineage opens. */
export interface ViewLimits {
  readonly nodes: number;
  readonly edges: number;
  readonly opening: number;
}

/**
 * A canvas renderer pans 1,000 nodes with 1,700 edges at 26 to 60 frames a second in software and falls
 * to 2 to 9 at 5,000. A lineage that does not fit opens with far fewer, since hundreds of nodes are
 * already more than one can read.
 */
export const viewLimits: ViewLimits = { nodes: 1_000, edges: 2_000, opening: 160 };
