import type { ChunkId, NodeId } from '../../core/ids.ts';
import type { ModelNode } from '../../core/lineage/graph.ts';
import type { Lineage } from '../../core/lineage/lineage.ts';
import type { ChunkDerivation } from '../../core/ports/contentStore.ts';
import type { Run } from '../../core/ports/run.ts';
import type { Payload } from '../../core/snapshot.ts';
import { chunkDerivations } from '../deltas/chunkDerivations.ts';
import {
  literalRelatives,
  payloadRelatives,
  type PayloadRelatives,
  type RelatedModel,
  type Relative,
} from '../deltas/payloadRelatives.ts';
import type { Way } from './candidateWays.ts';
import { readable } from './measureWays.ts';
import type { RepackPorts } from './repackPorts.ts';
import { fingerprintOf, ownerOf, type PayloadUse, type Survey } from './surveyStore.ts';

/** How long derivations are looked for, in ms. */
const longest = 30_000;
/** A chunk that plain ways make this small, as a share of its size, has no structure worth finding. */
const smallEnough = 0.1;
/** Chunks with fewer bytes gain too little. */
const leastBytes = 256;
/** Families kept as they were read: chunks come by size, not by model. */
const keptFamilies = 32;
/** Relatives of a model that its tensors may be derived from. */
const mostRelatives = 8;

/**
 * Derivations of the chunks that plain deltas leave largest, from the models beside theirs in the
 * lineage, each encoded in full to know its size.
 */
export async function deriveWays(
  ports: RepackPorts,
  survey: Survey,
  ways: readonly Way[],
  lineage: Lineage,
  run: Run,
): Promise<Way[]> {
  const least = new Float64Array(survey.chunks.length).fill(Infinity);
  for (const { to, bytes } of ways) least[to] = Math.min(least[to] ?? Infinity, bytes);
  const order = [...survey.chunks.entries()]
    .filter(([to, { storage, at }]) => {
      const worth = (least[to] ?? 0) > smallEnough * storage.rawBytes;
      return at !== undefined && worth && storage.rawBytes >= leastBytes;
    })
    .sort((a, b) => (least[b[0]] ?? 0) - (least[a[0]] ?? 0));
  const relatives = new RelativesReader(ports, lineage);
  const until = ports.now() + longest;
  const found: Way[] = [];
  for (const [done, [to]] of order.entries()) {
    if (ports.now() > until) break;
    run.signal.throwIfAborted();
    run.onProgress?.({
      step: 'Looking for derivations', done, total: order.length, unit: 'chunks',
    }); // prettier-ignore
    found.push(...(await derive(ports, survey, to, relatives)));
  }
  return found;
}

/** Derivations of a chunk from the families of the models that have it, until one explains it. */
async function derive(
  ports: RepackPorts,
  survey: Survey,
  to: number,
  reader: RelativesReader,
): Promise<Way[]> {
  const chunk = survey.chunks[to];
  const owner = ownerOf(survey, to);
  if (chunk?.at === undefined || owner === undefined) return [];
  const bytes = await readable(ports, chunk.storage.chunk);
  if (bytes === undefined) return [];
  const read = (id: ChunkId) => readable(ports, id);
  const ways: Way[] = [];
  for (const use of [owner, ...owner.elsewhere]) {
    const relatives = await reader.of(owner.payload, use);
    if (relatives === undefined) continue;
    const found = await chunkDerivations(read, relatives, chunk.at.index, bytes);
    for (const derivation of found) {
      const bases = usableBases(survey, to, derivation);
      const size = bases && (await derivedSize(ports, bytes, derivation, owner.element));
      if (bases === undefined || size === undefined) continue;
      ways.push({ to, bases, bytes: size, known: 'whole', derivation });
    }
    if (ways.some((way) => way.bytes <= smallEnough * bytes.length)) break;
  }
  return ways;
}

/** Places of what a derivation leans on; undefined where it is not all known, or the chunk itself. */
function usableBases(survey: Survey, to: number, { bases }: ChunkDerivation): number[] | undefined {
  const places = bases.flatMap((base) => survey.places.get(base) ?? []);
  return places.length < bases.length || places.includes(to) ? undefined : places;
}

async function derivedSize(
  ports: RepackPorts,
  bytes: Uint8Array,
  { derivation, bases }: ChunkDerivation,
  element: Survey['payloads'][number]['element'],
): Promise<number | undefined> {
  const read: Uint8Array[] = [];
  for (const base of bases) {
    const own = await readable(ports, base);
    if (own === undefined) return undefined;
    read.push(own);
  }
  return ports.codecs.reduce<number | undefined>((least, codec) => {
    if (codec.needs !== derivation.is || codec.readOnly === true) return least;
    const encoded = codec.encode(bytes, read, element, derivation);
    return encoded === undefined ? least : Math.min(least ?? Infinity, encoded.length);
  }, undefined);
}

/** A model's family as read, and what each of its payloads may follow from. */
interface Family {
  readonly node: NodeId;
  readonly models: readonly RelatedModel[];
  readonly relatives: readonly PayloadRelatives[];
}

/** What payloads may follow from; those of one model come one after the other, mostly. */
class RelativesReader {
  readonly #ports: RepackPorts;
  readonly #lineage: Lineage;
  readonly #known = new Map<NodeId, Family>();

  constructor(ports: RepackPorts, lineage: Lineage) {
    this.#ports = ports;
    this.#lineage = lineage;
  }

  async of(payload: Payload, { node, index }: PayloadUse): Promise<PayloadRelatives | undefined> {
    const family = this.#known.get(node) ?? (await this.#family(node));
    if (family === undefined) return undefined;
    this.#known.set(node, family);
    const [oldest] = this.#known.keys();
    if (this.#known.size > keptFamilies && oldest !== undefined) this.#known.delete(oldest);
    const found = index < 0 ? literalRelatives(payload, family.models) : family.relatives[index];
    if (found === undefined) return undefined;
    // Children often hold the same bytes, which explain nothing: they are this very payload.
    const isOther = (relative: Relative): boolean => relative.payload.id !== payload.id;
    return { ...found, like: found.like.filter(isOther), akin: found.akin.filter(isOther) };
  }

  async #family(id: NodeId): Promise<Family | undefined> {
    const node = this.#lineage.nodes.get(id);
    const child = node && (await fingerprintOf(this.#ports, node.snapshot));
    if (node === undefined || child === undefined) return undefined;
    const read = await Promise.all(this.#beside(id).map((other) => this.#read(other)));
    const models = read.filter((model) => model !== undefined);
    return { node: id, models, relatives: payloadRelatives(child, models, node.recipe) };
  }

  /** Parents, predecessors, then children: what was quantised or folded may have come first. */
  #beside(id: NodeId): ModelNode[] {
    const edges = [...(this.#lineage.incoming.get(id) ?? [])];
    const parents = edges.filter(({ kind }) => kind === 'provenance').map(({ from }) => from);
    const before = edges.filter(({ kind }) => kind === 'version').map(({ from }) => from);
    const after = [...(this.#lineage.outgoing.get(id) ?? [])].map(({ to }) => to);
    const ids = [...new Set([...parents, ...before, ...after])].slice(0, mostRelatives);
    return ids.flatMap((other) => this.#lineage.nodes.get(other) ?? []);
  }

  async #read({ snapshot }: ModelNode): Promise<RelatedModel | undefined> {
    const { content } = this.#ports;
    const fingerprint = await fingerprintOf(this.#ports, snapshot);
    if (fingerprint === undefined) return undefined;
    const manifest = await content.manifest(snapshot);
    const { literals } = await content.skeleton(manifest.skeleton);
    return { fingerprint, payloads: manifest.payloads, literals };
  }
}
