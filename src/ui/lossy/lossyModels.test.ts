import { describe, expect, it } from 'vitest';
import type { GraphData } from '../../core/lineage/graph.ts';
import { nodesById } from '../graphIndex.ts';
import { nodeId } from '../modelNode.fixture.ts';
import { lossyGraph } from './lossy.fixture.ts';
import { chosenModels, isLossy, lossyOf, originalOf } from './lossyModels.ts';

const graph = lossyGraph();
const nodes = nodesById(graph.nodes);

function original(of: GraphData) {
  const all = nodesById(of.nodes);
  const lossy = all.get(nodeId(3));
  return isLossy(lossy) ? originalOf(lossy, all)?.id : undefined;
}

describe('lossy models', () => {
  it('are those with a receipt, and lead to their original and back', () => {
    expect(graph.nodes.filter(isLossy).map(({ id }) => id)).toEqual([nodeId(3)]);
    expect(original(graph)).toBe(nodeId(1));
    expect(lossyOf(nodeId(1), graph.edges, nodes).map(({ id }) => id)).toEqual([nodeId(3)]);
    expect(lossyOf(nodeId(0), graph.edges, nodes)).toEqual([]);
  });

  it('find an original that has another id by its content, and none where it is gone', () => {
    const renamed = graph.nodes.map((node) =>
      node.id === nodeId(1) ? { ...node, id: nodeId(99) } : node,
    );
    expect(original({ ...graph, nodes: renamed })).toBe(nodeId(99));
    const released = graph.nodes.filter(({ id }) => id !== nodeId(1));
    expect(original({ ...graph, nodes: released })).toBeUndefined();
  });

  it('are left out of what is to be shrunk', () => {
    const chosen = chosenModels([nodeId(1)], true, graph.edges, nodes);
    expect(chosen).toEqual({ nodes: [nodeId(1)], lossy: [nodeId(3)] });
    expect(chosenModels([nodeId(1)], false, graph.edges, nodes).lossy).toEqual([]);
  });
});
