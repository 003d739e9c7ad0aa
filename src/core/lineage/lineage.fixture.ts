import type { NodeId, SnapshotId } from '../ids.ts';
import type { Edge, EdgeKind, ModelNode } from './graph.ts';

/** A node with the given name, which is its id too. */
export function testNode(name: string): ModelNode {
  return {
    id: name as NodeId,
    name,
    snapshot: `snapshot of ${name}` as SnapshotId,
    tags: [],
    notes: '',
    createdAt: 0,
    summary: {
      format: 'onnx',
      fileName: `${name}.onnx`,
      sizeBytes: 100,
      parameterCount: 10,
      tensorCount: 2,
      architecture: 'a',
      layers: 'Linear ×1',
    },
  };
}

export function testEdge(from: string, to: string, kind: EdgeKind = 'provenance'): Edge {
  return { kind, from: from as NodeId, to: to as NodeId, grade: 'declared' };
}
