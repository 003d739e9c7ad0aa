import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { modelFingerprinter } from '../core/construction/fingerprint.ts';
import { hashedGraph, type PaperModel } from '../core/construction/paperRule.ts';
import type { ModelFingerprint } from '../core/construction/types.ts';
import type { NodeId, SnapshotId, TensorId } from '../core/ids.ts';
import type { GraphData, ModelNode } from '../core/lineage/graph.ts';
import type { ByteSource } from '../core/ports/modelFormats.ts';
import type { Run } from '../core/ports/run.ts';
import { modelFormats } from '../formats/modelFormats.ts';

export const noRun: Run = { signal: new AbortController().signal };

const folder = path.resolve(import.meta.dirname, '../../../shared/data');

/** Whether the real model families lie beside the repository. */
export const hasFamilies = existsSync(path.join(folder, 'lineage-truth.json'));

/** A pair of files whose relation is known. */
export interface KnownPair {
  readonly child: string;
  readonly parent: string;
  readonly relation: string;
  readonly weights: string;
  readonly weights_inherited: boolean;
  readonly direction: 'sure' | 'unsure';
}

export function knownPairs(): KnownPair[] {
  return JSON.parse(readFileSync(path.join(folder, 'lineage-truth.json'), 'utf8')) as KnownPair[];
}

/** Models as construction sees them; the node id is the file's path. */
export interface Families {
  readonly nodes: readonly ModelNode[];
  readonly prints: ReadonlyMap<string, ModelFingerprint>;
  readonly paper: readonly PaperModel<NodeId>[];
}

/** Every model of the real families that can be read, fingerprinted. */
export async function loadFamilies(): Promise<Families> {
  const formats = modelFormats();
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(onnx|pth|pt|tar|th|jit|safetensors)$/.test(name))
    .filter((name) => !name.startsWith('datasets'))
    .sort();
  const nodes: ModelNode[] = [];
  const prints = new Map<string, ModelFingerprint>();
  const paper: PaperModel<NodeId>[] = [];
  for (const file of files) {
    const { candidates } = await formats.group([sourceOf(file)], noRun);
    for (const candidate of candidates) {
      const parsed = await formats.parse(candidate, noRun).catch(() => undefined);
      if (parsed === undefined) continue; // one file is broken on purpose
      const printer = modelFingerprinter(parsed);
      for (const index of parsed.payloadBytes.keys()) {
        const payload = printer.payload(index);
        const hash = createHash('sha256');
        for await (const piece of parsed.payload(index)) {
          hash.update(piece);
          payload.update(piece);
        }
        payload.finish(hash.digest('hex') as TensorId);
      }
      const print = printer.finish();
      nodes.push(nodeOf(file, print));
      prints.set(file, print);
      paper.push({ key: file as NodeId, graph: hashedGraph(parsed.architecture, print) });
    }
  }
  return { nodes, prints, paper };
}

/** A node named by a path, with nothing known of it but its fingerprint. */
export function nodeOf(file: string, print: ModelFingerprint, modifiedAt?: number): ModelNode {
  return {
    id: file as NodeId,
    name: file,
    snapshot: file as SnapshotId,
    tags: [],
    notes: '',
    createdAt: 0,
    summary: {
      format: print.format,
      fileName: path.basename(file),
      sizeBytes: 0,
      parameterCount: 0,
      tensorCount: print.tensors.length,
      architecture: '',
      layers: '',
      ...(modifiedAt === undefined ? {} : { modifiedAt }),
    },
  };
}

export function graphOf(nodes: readonly ModelNode[]): GraphData {
  return { nodes, edges: [], rejections: [], datasets: [], tests: [], branches: [] };
}

function sourceOf(file: string): ByteSource {
  const bytes = readFileSync(path.join(folder, file));
  return {
    path: file,
    sizeBytes: bytes.length,
    read: (offset, length) =>
      Promise.resolve(new Uint8Array(bytes.subarray(offset, offset + length))),
  };
}
