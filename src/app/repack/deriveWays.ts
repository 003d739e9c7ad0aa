import type { NodeId } from '../../core/ids.ts';
import type { ModelNode } from '../../core/lineage/graph.ts';
import type { Lineage } from '../../core/lineage/lineage.ts';
import type { ChunkDerivation } from '../../core/ports/contentStore.ts';
import type { Run } from '../../core/ports/run.ts';
import { chunkDerivations } from '../deltas/chunkDerivations.ts';
import {
  payloadRelatives,
  type PayloadRelatives,
  type RelatedModel,
} from '../deltas/payloadRelatives.ts';
import type { Way } from './candidateWays.ts';
import { readable } from './measureWays.ts';
import type { RepackPorts } from './repackPorts.ts';
import { fingerprintOf, ownerOf, type Survey } from './surveyStore.ts';

/** How long derivations are looked for, in ms. */
const longest = 30_000;
/** A chunk that plain ways make this small, as a share of its size, has no structure worth finding. */
const smallEnough = 0.1;
/** Chunks with fewer bytes gain too little. */
const leastBytes = 4096;
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

async function derive(
  ports: RepackPorts,
  survey: Survey,
  to: number,
  reader: RelativesReader,
): Promise<Way[]> {
  const owner = ownerOf(survey, to);
  if (owner === undefined) return [];
  const relatives = (await reader.of(owner.node))[owner.index];
  const bytes = relatives && (await readable(ports, survey.chunks[to]?.storage.chunk));
  if (relatives === undefined || bytes === undefined) return [];
  const found = await chunkDerivations(
    (chunk) => readable(ports, chunk),
    relatives,
    survey.chunks[to]?.at?.index ?? 0,
    bytes,
  );
  const ways: Way[] = [];
  for (const derivation of found) {
    const bases = usableBases(survey, to, derivation);
    const size = bases && (await derivedSize(ports, bytes, derivation, owner.element));
    if (bases !== undefined && size !== undefined)
      ways.push({ to, bases, bytes: size, known: 'whole', derivation });
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

/** What each payload of a model may follow from; models of one family come one after the other. */
class RelativesReader {
  readonly #ports: RepackPorts;
  readonly #lineage: Lineage;
  #last: { readonly node: NodeId; readonly relatives: PayloadRelatives[] } | undefined;

  constructor(ports: RepackPorts, lineage: Lineage) {
    this.#ports = ports;
    this.#lineage = lineage;
  }

  async of(id: NodeId): Promise<PayloadRelatives[]> {
    if (this.#last?.node === id) return this.#last.relatives;
    const node = this.#lineage.nodes.get(id);
    const child = node && (await fingerprintOf(this.#ports, node.snapshot));
    if (node === undefined || child === undefined) return [];
    const models: RelatedModel[] = [];
    for (const other of this.#beside(id)) {
      const model = await this.#read(other);
      if (model !== undefined) models.push(model);
    }
    const relatives = payloadRelatives(child, models, node.recipe);
    this.#last = { node: id, relatives };
    return relatives;
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
