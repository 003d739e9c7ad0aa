import type { Core } from 'cytoscape';
import type { Marks } from './renderer.ts';

/** Elements up to which all others are dimmed: each one's style is worked out anew, at every hover. */
const dimmable = 400;

/** Puts the marks' classes on what is drawn, touching only the elements whose classes change. */
export function applyMarks(cy: Core, { selected, matched, lit, focused }: Marks): void {
  const edges = new Set<string>();
  const dimmed = new Set<string>();
  if (lit.size > 0) {
    const dims = cy.elements().length <= dimmable;
    cy.edges().forEach((edge) => {
      const both = lit.has(edge.data('source') as string) && lit.has(edge.data('target') as string);
      if (both) edges.add(edge.id());
      else if (dims) dimmed.add(edge.id());
    });
    if (dims) {
      cy.nodes().forEach((node) => {
        if (!lit.has(node.id())) dimmed.add(node.id());
      });
    }
  }
  cy.batch(() => {
    mark(cy, 'selected', selected);
    mark(cy, 'matched', matched);
    mark(cy, 'lit', new Set([...lit, ...edges]));
    mark(cy, 'dimmed', dimmed);
    mark(cy, 'focused', new Set(focused === undefined ? [] : [focused]));
  });
}

function mark(cy: Core, name: string, wanted: ReadonlySet<string>): void {
  cy.elements(`.${name}`).forEach((element) => {
    if (!wanted.has(element.id())) element.removeClass(name);
  });
  for (const key of wanted) cy.$id(key).addClass(name);
}
