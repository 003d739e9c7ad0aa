import type { GraphData } from '../core/lineage/graph.ts';
import type { LineageApi } from '../rpc/api.ts';
import { fakeLayout, fakeLineage } from './lineage.fixture.ts';
import { Session } from './session.svelte.ts';

/** A session over a lineage in memory, opened. */
export async function openSession(
  graph?: GraphData,
  overrides?: Partial<LineageApi>,
): Promise<Session> {
  const session = new Session({ lineage: fakeLineage(graph, overrides), layout: fakeLayout });
  while (session.start.is === 'starting') await Promise.resolve();
  return session;
}
