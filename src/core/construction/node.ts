import type { NodeId } from '../ids.ts';
import type { ModelNode } from '../lineage/graph.ts';
import { parseName, type ParsedName } from './names.ts';
import type { ModelFingerprint } from './types.ts';

/** A node with all that construction looks at. */
export interface ConstructionNode {
  readonly id: NodeId;
  readonly print: ModelFingerprint;
  readonly name: ParsedName;
  readonly modifiedAt: number | undefined;
  /** Digest of the layer graph. */
  readonly architecture: string;
}

export function constructionNode(node: ModelNode, print: ModelFingerprint): ConstructionNode {
  return {
    id: node.id,
    print,
    name: parseName(node.summary.fileName),
    modifiedAt: node.summary.modifiedAt,
    architecture: node.summary.architecture,
  };
}
