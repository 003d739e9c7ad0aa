import type { ModelFingerprint } from '../../core/construction/types.ts';
import type { ChunkId, NodeId, SnapshotId, TensorId } from '../../core/ids.ts';
import type { ModelNode } from '../../core/lineage/graph.ts';
import { payloadPrints, sketchesOf, type TensorSketch } from '../../core/planning/tensorSketch.ts';
import type { ChunkElement } from '../../core/ports/chunkCodec.ts';
import type { ChunkStorage } from '../../core/ports/contentStore.ts';
import type { Run } from '../../core/ports/run.ts';
import type { Payload } from '../../core/snapshot.ts';
import { payloadElements } from '../import/payloadElements.ts';
import type { RepackPorts } from './repackPorts.ts';

/** A payload of a model; the index is −1 for the literal bytes of its files. */
export interface PayloadUse {
  readonly node: NodeId;
  readonly index: number;
}

/** A stored payload, where it was first met. */
export interface SurveyedPayload extends PayloadUse {
  readonly payload: Payload;
  /** Other models that have it: the first few. */
  readonly elsewhere: PayloadUse[];
  /** Of the largest tensor in it; empty for bytes of files. */
  readonly name: string;
  readonly element: ChunkElement;
  readonly sketch: TensorSketch | undefined;
}

/** A stored chunk and how it is stored now. */
export interface SurveyedChunk {
  readonly storage: ChunkStorage;
  /** The first payload that has it, by place in the survey, and its place there; undefined where only others lean on it. */
  readonly at: { readonly payload: number; readonly index: number } | undefined;
}

/** What is stored of all models of the lineage: nothing of the chunks themselves is read for it. */
export interface Survey {
  readonly chunks: readonly SurveyedChunk[];
  readonly places: ReadonlyMap<ChunkId, number>;
  /** Those in chunks, each once. */
  readonly payloads: readonly SurveyedPayload[];
  /** By model, its payloads' places; the last is of the literal bytes. −1 for inline ones. */
  readonly models: ReadonlyMap<NodeId, readonly number[]>;
}

/** The payload that a chunk was first met in; undefined where no model of the lineage has it. */
export function ownerOf(survey: Survey, chunk: number): SurveyedPayload | undefined {
  const at = survey.chunks[chunk]?.at;
  return at && survey.payloads[at.payload];
}

/** Ids of chunks by their places. */
export function chunkIds(survey: Survey, places: readonly number[]): ChunkId[] {
  return places.flatMap((place) => survey.chunks[place]?.storage.chunk ?? []);
}

/** Models that a payload is known of besides the first. */
const keptUses = 5;
/** Models read at once. */
const readsInFlight = 16;

/**
 * Looks at everything that the lineage's models are made of, and at the stored chunks that these
 * lean on.
 *
 * @throws LineageError as reading manifests does; AbortError once `run.signal` is aborted.
 */
export async function surveyStore(ports: RepackPorts, run: Run): Promise<Survey> {
  const nodes = [...(await ports.session.lineage()).nodes.values()];
  const payloads: SurveyedPayload[] = [];
  const known = new Map<TensorId, number>();
  const models = new Map<NodeId, number[]>();
  for (let at = 0; at < nodes.length; at += readsInFlight) {
    run.signal.throwIfAborted();
    run.onProgress?.({ step: 'Looking at models', done: at, total: nodes.length, unit: 'models' });
    const some = nodes.slice(at, at + readsInFlight);
    for (const [i, found] of (await Promise.all(some.map((n) => payloadsOf(ports, n)))).entries()) {
      const node = some[i];
      if (node === undefined) continue;
      models.set(
        node.id,
        found.map((payload) => placeOf(payload, payloads, known)),
      );
    }
  }
  return { ...(await surveyChunks(ports, payloads)), payloads, models };
}

function placeOf(
  found: SurveyedPayload,
  payloads: SurveyedPayload[],
  known: Map<TensorId, number>,
): number {
  if (found.payload.chunks.length === 0) return -1;
  const before = known.get(found.payload.id);
  if (before === undefined) {
    const place = payloads.push(found) - 1;
    known.set(found.payload.id, place);
    return place;
  }
  const { node, index } = found;
  const first = payloads[before];
  if (first !== undefined && first.node !== node && first.elsewhere.length < keptUses) {
    first.elsewhere.push({ node, index });
  }
  return before;
}

/** The payloads of a model, the literal bytes last. */
async function payloadsOf(ports: RepackPorts, node: ModelNode): Promise<SurveyedPayload[]> {
  const { content } = ports;
  const manifest = await content.manifest(node.snapshot);
  const { tensors, literals } = await content.skeleton(manifest.skeleton);
  const print = await fingerprintOf(ports, node.snapshot);
  const sketches = print === undefined ? [] : sketchesOf(print);
  const names = print === undefined ? [] : payloadPrints(print).map((tensor) => tensor?.name ?? '');
  const payloadBytes = manifest.payloads.map(({ sizeBytes }) => sizeBytes);
  const elements = payloadElements({ payloadBytes, tensors });
  const bytes: ChunkElement = { bytes: 1, float: false };
  return [
    ...manifest.payloads.map((payload, index) => ({
      payload,
      node: node.id,
      index,
      elsewhere: [],
      name: names[index] ?? '',
      element: elements[index] ?? bytes,
      sketch: sketches[index],
    })),
    {
      payload: literals,
      node: node.id,
      index: -1,
      elsewhere: [],
      name: '',
      element: bytes,
      sketch: undefined,
    },
  ];
}

/** The fingerprint kept of a model's content; undefined if there is none. */
export async function fingerprintOf(
  { content }: Pick<RepackPorts, 'content'>,
  snapshot: SnapshotId,
): Promise<ModelFingerprint | undefined> {
  return (await content.derived(snapshot, 'fingerprint')) as ModelFingerprint | undefined;
}

async function surveyChunks(
  { content }: RepackPorts,
  payloads: readonly SurveyedPayload[],
): Promise<Pick<Survey, 'chunks' | 'places'>> {
  const wanted = new Map<ChunkId, SurveyedChunk['at']>();
  for (const [payload, { payload: stored }] of payloads.entries()) {
    for (const [index, chunk] of stored.chunks.entries()) {
      if (!wanted.has(chunk)) wanted.set(chunk, { payload, index });
    }
  }
  const chunks: SurveyedChunk[] = [];
  const places = new Map<ChunkId, number>();
  // Chunks of removed models may be leaned on still: they take part as they are.
  for (let asked = new Map(wanted); asked.size > 0;) {
    const next = new Map<ChunkId, undefined>();
    const described = await content.describe([...asked.keys()]);
    for (const [i, at] of [...asked.values()].entries()) {
      const storage = described[i];
      if (storage === undefined) continue;
      places.set(storage.chunk, chunks.push({ storage, at }) - 1);
      for (const base of storage.bases) if (!places.has(base)) next.set(base, undefined);
    }
    for (const chunk of places.keys()) next.delete(chunk);
    asked = next;
  }
  return { chunks, places };
}
