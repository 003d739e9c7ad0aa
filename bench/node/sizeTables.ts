import { entropyBound } from './entropyBound.ts';
import { printSources, readyPeers } from './peers/peers.ts';
import type { Kind, Peer, PeerModel } from './peers/peer.ts';
import type { StoredKinds } from './storedKinds.ts';
import { printTable } from './table.ts';

/** Models and what they take in each way. */
export interface Measured {
  readonly name: string;
  readonly models: number;
  readonly ours: StoredKinds;
  /** Bytes by the peer's name. */
  readonly peers: ReadonlyMap<string, number>;
  readonly bound: number;
}

/** Sizes of the same models in our store, measured before, and with every peer. */
export async function measurePeers(
  name: string,
  models: readonly PeerModel[],
  ours: StoredKinds,
  peers: readonly Peer[],
): Promise<Measured> {
  const sizes = new Map<string, number>();
  for (const peer of peers) sizes.set(peer.name, await peer.size(models));
  return { name, models: models.length, ours, peers: sizes, bound: entropyBound(models) };
}

/** The peers whose commands are there. */
export { readyPeers };

/** The sums of all, as one more column. */
export function summed(all: readonly Measured[]): Measured {
  const sum = (of: (one: Measured) => number) => all.reduce((total, one) => total + of(one), 0);
  const ours = (key: Exclude<keyof StoredKinds, 'codecs'>) => sum((one) => one.ours[key]);
  const names = [...(all[0]?.peers.keys() ?? [])];
  const codecs = new Map<string, number>();
  for (const { ours: one } of all)
    for (const [codec, bytes] of one.codecs) codecs.set(codec, (codecs.get(codec) ?? 0) + bytes);
  return {
    name: 'all',
    models: sum(({ models }) => models),
    ours: {
      raw: ours('raw'), shared: ours('shared'), alone: ours('alone'), delta: ours('delta'),
      structure: ours('structure'), lossy: ours('lossy'), chunks: ours('chunks'),
      records: ours('records'), codecs,
    }, // prettier-ignore
    peers: new Map(names.map((name) => [name, sum((one) => one.peers.get(name) ?? NaN)])),
    bound: sum(({ bound }) => bound),
  };
}

const kilobytes = (bytes: number) => (bytes / 1e3).toFixed(bytes < 1e5 ? 1 : 0);

/** Bytes in each way, a column for each set of models; the smallest exact one is bold. */
export function printSizes(all: readonly Measured[], peers: readonly Peer[]): void {
  const exact = peers.filter(({ kind }) => kind !== 'lossy');
  const bytesOf = ({ ours, peers: sizes, bound }: Measured) => ({
    raw: ours.raw,
    peers: exact.map(({ name }) => sizes.get(name) ?? NaN),
    total: ours.chunks + ours.records,
    chunks: ours.chunks,
    bound,
    lossy: peers.filter((peer) => !exact.includes(peer)).map(({ name }) => sizes.get(name) ?? NaN),
  });
  const columns = all.map(bytesOf);
  const smallest = columns.map(({ peers: sizes, total }) => Math.min(total, ...sizes));
  const row = (name: string, kind: string, of: (one: (typeof columns)[number]) => number) => [
    name,
    kind,
    ...columns.map((one, at) => marked(of(one), smallest[at] ?? NaN)),
  ];
  const plain = (name: string, kind: string, of: (one: (typeof columns)[number]) => number) => [
    name,
    kind,
    ...columns.map((one) => kilobytes(of(one))),
  ];
  const kindOf = (kind: Kind) => kind;
  printTable(
    ['kB (1000 bytes)', 'what it uses', ...all.map(({ name, models }) => `${name} (${models})`)],
    [
      plain('raw', '', ({ raw }) => raw),
      ...exact.map(({ name, kind }, nth) =>
        row(name, kindOf(kind), ({ peers: sizes }) => sizes[nth] ?? NaN),
      ),
      row('**ours, all that is stored**', 'all exact kinds', ({ total }) => total),
      plain('of it chunks', '', ({ chunks }) => chunks),
      plain('entropy bound of the chunks', '', ({ bound }) => bound),
      ...peers
        .filter((peer) => !exact.includes(peer))
        .map(({ name, kind }, nth) => plain(name, kind, ({ lossy }) => lossy[nth] ?? NaN)),
    ],
  );
}

const marked = (bytes: number, smallest: number) =>
  bytes === smallest ? `**${kilobytes(bytes)}**` : kilobytes(bytes);

/** Ours by what made it small: bytes saved by each kind, and ratios, each with its kind. */
export function printKinds(all: readonly Measured[]): void {
  const rows = all.map(({ name, ours }) => {
    const { raw, shared, alone, delta, structure, lossy, chunks, records } = ours;
    const saved = [raw - shared, alone, delta, structure, lossy].map(kilobytes);
    const ratios = [raw / shared, shared / (shared - delta), shared / (shared - structure), shared / (shared - alone)]; // prettier-ignore
    const total = [raw / chunks, raw / (chunks + records)];
    return [
      name,
      kilobytes(raw),
      ...saved,
      kilobytes(records),
      kilobytes(chunks + records),
      ...[...ratios, ...total].map((ratio) => ratio.toFixed(2)),
    ];
  });
  printTable(
    [
      'kB', 'raw', 'saved by sharing', 'by coding alone', 'by exact deltas', 'by structure', 'by lossy steps',
      'records', 'stored', 'ratio of sharing', 'of exact deltas', 'of structure', 'of coding alone',
      'of all exact kinds, chunks', 'of all exact kinds, with records',
    ],
    rows,
  ); // prettier-ignore
}

/** Where ours is not the smallest: by how much, and what stands between. */
export function printShortfalls(all: readonly Measured[], peers: readonly Peer[]): void {
  for (const { name, ours, peers: sizes, bound } of all) {
    const others = peers.flatMap((peer) =>
      peer.kind === 'lossy' ? [] : [{ name: peer.name, size: sizes.get(peer.name) ?? NaN }],
    );
    const best = others.reduce((a, b) => (b.size < a.size ? b : a));
    const total = ours.chunks + ours.records;
    const next = `${best.name}, ${kilobytes(best.size)} kB`;
    if (total <= best.size)
      console.log(`- ${name}: ours is the smallest, by ${percent(best.size, total)} (next: ${next}).`); // prettier-ignore
    else
      console.log(
        `- ${name}: **not the smallest**, by ${percent(total, best.size)} (${next}). Of ours, records are ` +
          `${kilobytes(ours.records)} kB; the chunks are ${kilobytes(ours.chunks)} kB, ` +
          `${ours.chunks <= best.size ? 'which is less than that peer' : 'more than that peer'}; ` +
          `an ideal coder of order 0 needs ${kilobytes(bound)} kB for the tensors, ` +
          `${bound > best.size ? 'more than that peer takes: it finds repeats across tensors' : 'less than that peer takes'}.`,
      );
  }
}

const percent = (larger: number, smaller: number) =>
  `${(100 * (larger / smaller - 1)).toFixed(1)} %`;

/** What the peers are, and how each was re-created. */
export { printSources };
