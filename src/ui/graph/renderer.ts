import type { EdgeGrade, EdgeKind } from '../../core/lineage/graph.ts';
import type { Flow } from '../../core/layout/layout.ts';
import type { Tone } from '../work/work.ts';
import type { ItemKind } from '../../core/graphView/viewPlan.ts';

/** A node as it is drawn; x, y is its centre and `size` its diameter, in pixels of zoom 1. */
export interface SceneNode {
  readonly key: string;
  readonly is: ItemKind;
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly label: string;
  /** Models inside, of anything but a single model. */
  readonly count: number;
  /** Any CSS colour. */
  readonly colour: string;
  /** How it stands in what goes on. */
  readonly tone: Tone | 'none';
}

export interface SceneEdge {
  readonly key: string;
  readonly from: string;
  readonly to: string;
  readonly kind: EdgeKind;
  readonly grade: EdgeGrade;
  /** Which end came first is open. */
  readonly undecided: boolean;
  /** How far the middle is bent down, in pixels. */
  readonly bow: number;
}

export interface Scene {
  /** Labels stand below their nodes with the flow `right`, to the right of them with `down`. */
  readonly flow: Flow;
  /** Room for a label, in pixels of zoom 1. */
  readonly labelWidth: number;
  readonly nodes: readonly SceneNode[];
  readonly edges: readonly SceneEdge[];
}

/** Colours of the theme, as CSS colours that a canvas takes. */
export interface Look {
  readonly background: string;
  readonly surface: string;
  readonly text: string;
  readonly muted: string;
  readonly border: string;
  readonly accent: string;
  readonly provenance: string;
  readonly version: string;
  readonly success: string;
  readonly danger: string;
  readonly warning: string;
  readonly font: string;
}

/** What stands out. Keys that are not drawn are ignored. */
export interface Marks {
  readonly selected: ReadonlySet<string>;
  readonly matched: ReadonlySet<string>;
  /** When not empty, everything else is dimmed. */
  readonly lit: ReadonlySet<string>;
  readonly focused: string | undefined;
}

/** The part of the drawing that is on screen, in its own pixels, and how much it is magnified. */
export interface Viewport {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly zoom: number;
}

/** Room at the edges of the canvas that panels cover, in pixels. */
export interface Insets {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

/** What a person does on the canvas. */
export interface RendererEvents {
  readonly ontap: (key: string, additive: boolean) => void;
  readonly onopen: (key: string) => void;
  readonly onedge: (key: string) => void;
  readonly onbackground: () => void;
  readonly onbox: (keys: readonly string[], additive: boolean) => void;
  readonly onhover: (key: string | undefined) => void;
  readonly onviewport: (viewport: Viewport) => void;
  /** A person has panned or zoomed. */
  readonly onmove: () => void;
  readonly onresize: () => void;
}

/** Draws scenes into an element. Positions come with the scene; the renderer lays nothing out. */
export interface GraphRenderer {
  /**
   * Replaces what is drawn, in slices of a few milliseconds so that the page stays alive; a later call
   * ends an earlier one. Resolves to whether all was drawn. Nodes that stay keep their place on screen when `anchor` names one of them.
   */
  show(scene: Scene, options: { fit: boolean; anchor?: string | undefined }): Promise<boolean>;
  mark(marks: Marks): void;
  restyle(look: Look): void;
  /** Brings the whole scene on screen. */
  fit(): void;
  /** Zooms about the middle; a factor above 1 comes nearer. */
  zoomBy(factor: number): void;
  panBy(x: number, y: number): void;
  /** Brings a node into the middle when it is off screen. */
  bring(key: string): void;
  /** Brings a node into the middle when it is off screen or too small to read. */
  reveal(key: string): void;
  /** Puts a point of the drawing into the middle of the screen. */
  centre(x: number, y: number): void;
  destroy(): void;
}

/** Makes a renderer that draws into `container`; `insets` says what of it is covered just then. */
export type MakeRenderer = (
  container: HTMLElement,
  look: Look,
  events: RendererEvents,
  insets: () => Insets,
) => GraphRenderer;
