import type { NodeId, SnapshotId } from '../core/ids.ts';
import type { ModelNode } from '../core/lineage/graph.ts';

/** Id of the model made with this index. */
export const nodeId = (index: number) => `node-${String(index).padStart(5, '0')}` as NodeId;

/** A model with a made-up but plausible summary. */
export function modelNode(index: number, name: string, extra: Partial<ModelNode> = {}): ModelNode {
  return {
    id: nodeId(index),
    name,
    snapshot: index.toString(16).padStart(8, '0').repeat(8) as SnapshotId,
    tags: [],
    notes: '',
    createdAt: Date.UTC(2026, 10, 21, 12, index % 60),
    summary: {
      format: index % 3 === 1 ? 'safetensors' : 'onnx',
      fileName: `${name}.onnx`,
      sizeBytes: 1_090_000 + index * 7919,
      parameterCount: 272_474 + index * 100,
      tensorCount: 66,
      architecture: 'a',
      layers: 'Conv ×21, Linear ×1',
      modifiedAt: Date.UTC(2026, 9, 1 + (index % 28)),
    },
    ...extra,
  };
}
