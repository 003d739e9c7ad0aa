import { isUndecided } from '../../core/graphView/edgeWords.ts';
import type { Edge } from '../../core/lineage/graph.ts';
import { percent } from '../format.ts';

/** How sure an edge is, in a word or two: `declared`, `inferred, 97 %`. */
export function gradeText(edge: Edge): string {
  const confidence = edge.evidence?.confidence;
  return edge.grade === 'inferred' && confidence !== undefined
    ? `inferred, ${percent(confidence)}`
    : edge.grade;
}

/** What is known of which of two models came first, in a sentence. */
export function directionText(edge: Edge, nameOf: (id: Edge['from']) => string): string {
  const direction = edge.evidence?.direction;
  if (direction === undefined || edge.grade === 'declared') return 'Stated by a person.';
  const { confidence, because } = direction;
  const reason = because.replace(/\.$/, '');
  const why = reason === '' ? '.' : `: ${reason}.`;
  if (isUndecided(edge)) return `Cannot tell which of the two came first; this is a guess${why}`;
  return `${nameOf(edge.from)} came first (${percent(confidence)})${why}`;
}
