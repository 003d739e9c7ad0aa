import type { Edge } from '../lineage/graph.ts';

/** Below this confidence it is open which of two related models came first; 0.5 is "cannot tell". */
export const leastSureDirection = 0.6;

/** Whether an inferred edge says that two models are related, but not which came first. */
export function isUndecided(edge: Edge): boolean {
  return (
    edge.grade === 'inferred' &&
    edge.evidence !== undefined &&
    edge.evidence.direction.confidence < leastSureDirection
  );
}
