/** What the layout needs of a node: a box in an order. */
export interface LayoutNode {
  readonly id: string;
}

export interface LayoutEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: 'provenance' | 'version';
}

/** Which way derivation leads: a layer is a column with `right`, a row with `down`. */
export type Flow = 'right' | 'down';

export interface LayoutInput {
  readonly nodes: readonly LayoutNode[];
  readonly edges: readonly LayoutEdge[];
  /** Distance between layers and between neighbours in a layer, in pixels of zoom 1. */
  readonly layerGap: number;
  readonly nodeGap: number;
  /** `right` where absent. */
  readonly flow?: Flow;
  /** Wished width divided by height of the whole drawing; 1.6 where absent. */
  readonly aspect?: number;
}

/** x, y of each node's centre in the order of `nodes`: [x0, y0, x1, y1, …]. */
export type Positions = Float32Array<ArrayBuffer>;
