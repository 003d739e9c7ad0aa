import { entropyBound } from './entropyBound.ts';
import { peerSizes } from './peerSizes.ts';
import type { Peer, PeerModel } from './peers/peer.ts';
import { allRecords, forms, summedKinds, type Part, type StoredKinds } from './storedKinds.ts';
import { printTable } from './table.ts';

/** Models and what they take in each way. */
export interface Measured {
  readonly name: string;
  readonly models: number;
  /** In our store after a repack. */
  readonly ours: StoredKinds;
  /** Before it, as importing or making the models left them. */
  readonly imported: StoredKinds;
  /** Bytes by the peer's name. */
  readonly peers: ReadonlyMap<string, number>;
  readonly bound: number;
}

/** Sizes of the same models in our store, measured before, and with every peer. */
export async function measurePeers(
  name: string,
  models: readonly PeerModel[],
  { imported, ours }: Pick<Measured, 'imported' | 'ours'>,
  peers: readonly Peer[],
): Promise<Measured> {
  const sizes = await peerSizes(models, peers);
  return { name, models: models.length, imported, ours, peers: sizes, bound: entropyBound(models) };
}

/** The sums of all, as one more column. */
export function summed(all: readonly Measured[]): Measured {
  const sum = (of: (one: Measured) => number) => all.reduce((total, one) => total + of(one), 0);
  const names = [...(all[0]?.peers.keys() ?? [])];
  return {
    name: 'all',
    models: sum(({ models }) => models),
    imported: summedKinds(all.map(({ imported }) => imported)),
    ours: summedKinds(all.map(({ ours }) => ours)),
    peers: new Map(names.map((name) => [name, sum((one) => one.peers.get(name) ?? NaN)])),
    bound: sum(({ bound }) => bound),
  };
}

const kilobytes = (bytes: number) => (bytes / 1e3).toFixed(bytes < 1e5 ? 1 : 0);

/** Bytes in each way, a column for each set of models; the smallest exact one is bold. */
export function printSizes(all: readonly Measured[], peers: readonly Peer[]): void {
  const exact = peers.filter(({ kind }) => kind !== 'lossy');
  const bytesOf = ({ ours, imported, peers: sizes, bound }: Measured) => ({
    raw: ours.raw,
    peers: exact.map(({ name }) => sizes.get(name) ?? NaN),
    imported: imported.chunks.stored + allRecords(imported.records),
    total: ours.chunks.stored + allRecords(ours.records),
    chunks: ours.chunks.stored,
    files: ours.chunks.stored + ours.records.files,
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
  printTable(
    ['kB (1000 bytes)', 'what it uses', ...all.map(({ name, models }) => `${name} (${models})`)],
    [
      plain('raw', '', ({ raw }) => raw),
      ...exact.map(({ name, kind }, nth) =>
        row(name, kind, ({ peers: sizes }) => sizes[nth] ?? NaN),
      ),
      plain('ours, as imported or made', 'all exact kinds', (one) => one.imported),
      row('**ours, repacked: all that is stored**', 'all exact kinds', ({ total }) => total),
      plain('of it what gives the files back', '', ({ files }) => files),
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

/** Ours by what made it small: for each kind the bytes it holds, what they take, and its ratio. */
export function printKinds(all: readonly Measured[]): void {
  const kind = (name: string, of: (ours: StoredKinds) => Part) => [
    name,
    ...all.map(({ ours }) => {
      const { raw, stored } = of(ours);
      if (raw === 0) return '–';
      return `${kilobytes(raw)} → ${kilobytes(stored)} (${(raw / stored).toFixed(2)})`;
    }),
  ];
  const plain = (name: string, of: (ours: StoredKinds) => number) => [
    name,
    ...all.map(({ ours }) => kilobytes(of(ours))),
  ];
  const ratio = (name: string, of: (ours: StoredKinds) => number) => [
    name,
    ...all.map(({ ours }) => `**${of(ours).toFixed(2)}**`),
  ];
  printTable(
    ['kB: before → after (ratio)', ...all.map(({ name }) => name)],
    [
      kind('sharing: all files → different chunks', ({ raw, chunks }) => ({ raw, stored: chunks.raw })), // prettier-ignore
      ...forms.map(([form, name]) => kind(`chunks: ${name}`, ({ parts }) => parts[form])),
      plain('records: files', ({ records }) => records.files),
      plain('records: can be made again', ({ records }) => records.remade),
      plain('records: reports', ({ records }) => records.reports),
      ratio('ratio of sharing alone', ({ raw, chunks }) => raw / chunks.raw),
      ratio('ratio of exact coding of what is shared', ({ chunks }) => chunks.raw / chunks.stored),
      ratio('ratio of both, records not counted', ({ raw, chunks }) => raw / chunks.stored),
      ratio('ratio of both, records counted', ({ raw, chunks, records }) => raw / (chunks.stored + allRecords(records))), // prettier-ignore
    ],
  );
}

/** Where ours is not the smallest: by how much, and what stands between. */
export function printShortfalls(all: readonly Measured[], peers: readonly Peer[]): void {
  for (const { name, ours, peers: sizes, bound } of all) {
    const others = peers.flatMap((peer) =>
      peer.kind === 'lossy' ? [] : [{ name: peer.name, size: sizes.get(peer.name) ?? NaN }],
    );
    const best = others.reduce((a, b) => (b.size < a.size ? b : a));
    const total = ours.chunks.stored + allRecords(ours.records);
    const next = `${best.name}, ${kilobytes(best.size)} kB`;
    if (total <= best.size)
      console.log(`- ${name}: ours is the smallest, by ${percent(best.size, total)} (next: ${next}).`); // prettier-ignore
    else
      console.log(
        `- ${name}: **not the smallest**, by ${percent(total, best.size)} (${next}). Of ours, records that can ` +
          `be made again and reports are ${kilobytes(ours.records.remade + ours.records.reports)} kB and ` +
          `those of the files ${kilobytes(ours.records.files)} kB; the chunks are ${kilobytes(ours.chunks.stored)} kB, ` +
          `${ours.chunks.stored <= best.size ? 'which is less than that peer' : 'more than that peer'}; ` +
          `an ideal coder of order 0 would need ${kilobytes(bound)} kB for the tensors.`,
      );
  }
}

const percent = (larger: number, smaller: number) =>
  `${(100 * (larger / smaller - 1)).toFixed(1)} %`;
