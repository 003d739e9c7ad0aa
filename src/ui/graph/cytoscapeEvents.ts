import type { Core, EventObject } from 'cytoscape';
import type { RendererEvents, Viewport } from './renderer.ts';

/** What of the drawing is on screen. */
export function viewportOf(cy: Core): Viewport {
  const { x1, y1, w, h } = cy.extent();
  return { x: x1, y: y1, width: w, height: h, zoom: cy.zoom() };
}

/**
 * Passes Cytoscape's events on as `events`, at most one viewport a frame.
 *
 * @returns undoes it.
 */
export function bindEvents(cy: Core, container: HTMLElement, events: RendererEvents): () => void {
  let frame = 0;
  cy.on('viewport resize', () => {
    if (frame !== 0) return;
    frame = requestAnimationFrame(() => {
      frame = 0;
      if (!cy.destroyed()) events.onviewport(viewportOf(cy));
    });
  });
  cy.on('dragpan scrollzoom pinchzoom', () => {
    events.onmove();
  });
  cy.on('resize', () => {
    events.onresize();
  });
  cy.on('tap', (event) => {
    if (event.target === cy) events.onbackground();
  });
  cy.on('tap', 'node', (event) => {
    events.ontap(keyOf(event), isAdditive(event));
  });
  cy.on('dbltap', 'node', (event) => {
    events.onopen(keyOf(event));
  });
  cy.on('tap', 'edge', (event) => {
    events.onedge(keyOf(event));
  });
  cy.on('mouseover', 'node', (event) => {
    container.style.cursor = 'pointer';
    events.onhover(keyOf(event));
  });
  cy.on('mouseout', 'node', () => {
    container.style.cursor = '';
    events.onhover(undefined);
  });
  bindBox(cy, events);
  return () => {
    cancelAnimationFrame(frame);
    cy.removeAllListeners();
  };
}

/** Cytoscape tells of a box node by node, after `boxend`; they are gathered and told as one. */
function bindBox(cy: Core, events: RendererEvents): void {
  let boxed: string[] = [];
  let additive = false;
  cy.on('boxend', (event) => {
    boxed = [];
    additive = isAdditive(event);
    queueMicrotask(() => {
      cy.elements().unselect();
      if (boxed.length > 0) events.onbox(boxed, additive);
    });
  });
  cy.on('box', 'node', (event) => {
    boxed.push(keyOf(event));
  });
  // Selection belongs to the page; Cytoscape's own would style things a second way.
  cy.on('select', (event) => {
    (event.target as { unselect(): void }).unselect();
  });
}

function keyOf(event: EventObject): string {
  return (event.target as { id(): string }).id();
}

function isAdditive(event: EventObject): boolean {
  const original = event.originalEvent as MouseEvent | undefined;
  return original !== undefined && (original.shiftKey || original.ctrlKey || original.metaKey);
}
