import cytoscape, { type Core, type ElementDefinition } from 'cytoscape';
import { flowCurve } from './curve.ts';
import { applyMarks } from './cytoscapeMarks.ts';
import { bindEvents } from './cytoscapeEvents.ts';
import { cytoscapeStyle } from './cytoscapeStyle.ts';
import { extentOf, fittingZoom } from './fit.ts';
import { letterWidth } from './labels.ts';
import type { GraphRenderer, Insets, Look, Marks, RendererEvents, Scene } from './renderer.ts';
import { inRuns, sliced } from './sliced.ts';

/** Above this many edges they are straight lines: curves cost several times the frame. */
const curvedEdges = 300;
/** Elements added between two looks at the clock. */
const run = 12;
const zooms = { least: 0.02, most: 3, readable: 0.6 } as const;

/**
 * Draws with Cytoscape's canvas renderer. Its webgl mode drops labels and emits no `render` events, and
 * a canvas pans the bounded scenes of `planView` well.
 */
export function cytoscapeRenderer(
  container: HTMLElement,
  look: Look,
  events: RendererEvents,
  insets: () => Insets,
): GraphRenderer {
  const cy = cytoscape({
    container,
    style: cytoscapeStyle(look, true),
    minZoom: zooms.least,
    maxZoom: zooms.most,
    autoungrabify: true,
    autounselectify: false,
    boxSelectionEnabled: true,
    selectionType: 'single',
    // Together these keep a pan of 1,000 nodes fluid: a picture is moved, not the elements.
    hideEdgesOnViewport: false,
    textureOnViewport: false,
    pixelRatio: Math.min(2, globalThis.devicePixelRatio || 1),
  });
  const state: State = { cy, insets, look, curved: true, run: 0, marks: noMarks, scene: undefined };
  const unbind = bindEvents(cy, container, events);
  return {
    show: (scene, options) => show(state, scene, options),
    mark: (marks) => {
      state.marks = marks;
      applyMarks(cy, marks);
    },
    restyle: (next) => {
      state.look = next;
      cy.style(cytoscapeStyle(next, state.curved));
    },
    fit: () => {
      fitScene(cy, state.scene, insets());
    },
    zoomBy: (factor) => {
      const middle = { x: cy.width() / 2, y: cy.height() / 2 };
      cy.zoom({ level: cy.zoom() * factor, renderedPosition: middle });
    },
    panBy: (x, y) => {
      cy.panBy({ x, y });
    },
    bring: (key) => {
      bring(cy, key, 0);
    },
    reveal: (key) => {
      bring(cy, key, zooms.readable);
    },
    centre: (x, y) => {
      const zoom = cy.zoom();
      cy.pan({ x: cy.width() / 2 - x * zoom, y: cy.height() / 2 - y * zoom });
    },
    destroy: () => {
      state.run++;
      unbind();
      cy.destroy();
    },
  };
}

interface State {
  readonly cy: Core;
  readonly insets: () => Insets;
  look: Look;
  curved: boolean;
  /** Counts calls of `show`; an older call stops when it sees a newer number. */
  run: number;
  marks: Marks;
  /** Shown or on its way. */
  scene: Scene | undefined;
}

const noMarks: Marks = {
  selected: new Set(),
  matched: new Set(),
  lit: new Set(),
  focused: undefined,
};

async function show(
  state: State,
  scene: Scene,
  { fit: fits, anchor }: { fit: boolean; anchor?: string | undefined },
): Promise<boolean> {
  const { cy } = state;
  const current = ++state.run;
  state.scene = scene;
  const isCurrent = () => state.run === current;
  const curved = scene.edges.length <= curvedEdges;
  const before = anchor === undefined ? undefined : cy.$id(anchor).renderedPosition();
  const elements = elementsOf(scene, curved);
  const keep = new Set(elements.map(({ data }) => data.id));
  const gone = cy.elements().filter((element) => !keep.has(element.id()));
  if (gone.length > 0) cy.remove(gone);
  if (curved !== state.curved) {
    state.curved = curved;
    cy.style(cytoscapeStyle(state.look, curved));
  }
  // The viewport is set before anything is drawn, so that nodes appear where they stay.
  if (fits) fitScene(cy, scene, state.insets());
  else if (before !== undefined && anchor !== undefined) hold(cy, scene, anchor, before);
  const done = await sliced(
    inRuns(elements, run),
    (batch) => {
      quietly(cy, () => {
        put(cy, batch);
      });
    },
    isCurrent,
  );
  redraw(cy);
  if (done) applyMarks(cy, state.marks);
  return done;
}

/** Calls of Cytoscape that its types leave out. */
interface Notifying {
  notifications(enabled: boolean): void;
  notify(event: 'add'): void;
}

/** Keeps the canvas as it is during `work`: drawn after every slice, a growing scene blocks the page. */
function quietly(cy: Core, work: () => void): void {
  const notifying = cy as unknown as Notifying;
  notifying.notifications(false);
  work();
  notifying.notifications(true);
}

function redraw(cy: Core): void {
  (cy as unknown as Notifying).notify('add');
}

/** Adds what is new and updates what is there. */
function put(cy: Core, batch: readonly ElementDefinition[]): void {
  cy.batch(() => {
    const fresh: ElementDefinition[] = [];
    for (const element of batch) {
      const old = cy.$id(element.data.id ?? '');
      if (old.empty()) fresh.push(element);
      else {
        old.data(element.data);
        if (element.position !== undefined) old.position(element.position);
      }
    }
    cy.add(fresh);
  });
  // Asking for the box makes Cytoscape work out style and geometry now, inside the slice, instead of
  // for all elements at once in the next frame.
  for (const { data } of batch) cy.$id(data.id ?? '').boundingBox();
}

function elementsOf(scene: Scene, curved: boolean): ElementDefinition[] {
  const places = new Map(scene.nodes.map((node) => [node.key, node]));
  const nodes = scene.nodes.map(({ key, is, x, y, size, label, count, colour, tone }) => ({
    data: {
      id: key,
      is,
      flow: scene.flow,
      size,
      colour,
      tone,
      label: is === 'stack' ? `${shortened(label, scene.labelWidth)}\n${count} versions` : label,
      width: boxWidth(is, label, scene),
      room: scene.labelWidth,
    },
    position: { x, y },
  }));
  const edges = scene.edges.map(({ key, from, to, kind, grade, undecided, bow }) => {
    const [start, end] = [places.get(from), places.get(to)];
    const curve = curved && start && end ? flowCurve(start, end, bow, scene.flow) : undefined;
    return { data: { id: key, source: from, target: to, kind, grade, undecided, ...curve } };
  });
  return [...nodes, ...edges];
}

/** Cytoscape cuts only labels of one line; a stack's has two. */
function shortened(label: string, width: number): string {
  const letters = Math.floor(width / letterWidth);
  return label.length > letters ? `${label.slice(0, letters - 1)}…` : label;
}

/** Of a summary: with the flow `down` its words stand beside the box, but for a count. */
function boxWidth(is: Scene['nodes'][number]['is'], label: string, scene: Scene): number {
  if (scene.flow === 'down' && is !== 'below') return 34;
  return Math.min(scene.labelWidth, Math.max(46, label.length * 9 + 14));
}

/** Puts the whole scene into the part of the canvas that is free. */
function fitScene(cy: Core, scene: Scene | undefined, free: Insets): void {
  const width = cy.width() - free.left - free.right;
  const height = cy.height() - free.top - free.bottom;
  const extent = scene && extentOf(scene.nodes, scene.labelWidth, scene.flow);
  if (extent === undefined || width <= 0 || height <= 0) return;
  const { left, top, right, bottom } = extent;
  const zoom = Math.max(zooms.least, fittingZoom(extent, { width, height }));
  cy.viewport({
    zoom,
    pan: {
      x: free.left + width / 2 - ((left + right) / 2) * zoom,
      y: free.top + height / 2 - ((top + bottom) / 2) * zoom,
    },
  });
}

function hold(cy: Core, scene: Scene, anchor: string, at: { x: number; y: number }): void {
  const node = scene.nodes.find(({ key }) => key === anchor);
  if (node === undefined) return;
  const zoom = cy.zoom();
  cy.pan({ x: at.x - node.x * zoom, y: at.y - node.y * zoom });
}

function bring(cy: Core, key: string, leastZoom: number): void {
  const node = cy.$id(key);
  if (node.empty()) return;
  const small = cy.zoom() < leastZoom;
  const { x, y } = node.renderedPosition();
  const inside = x > 40 && y > 40 && x < cy.width() - 40 && y < cy.height() - 40;
  if (inside && !small) return;
  if (small) cy.zoom(leastZoom);
  cy.center(node);
}
