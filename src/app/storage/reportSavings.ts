import type { ChunkId, SnapshotId } from '../../core/ids.ts';
import { isLineageError } from '../../core/lineageError.ts';
import { dataOf, type Lineage } from '../../core/lineage/lineage.ts';
import { graphSnapshots } from '../../core/lineage/namedSnapshots.ts';
import type { ChunkStorage, StoreTotals } from '../../core/ports/contentStore.ts';
import type { LineageLog } from '../../core/ports/lineageLog.ts';
import type { LossyReceipt } from '../../core/lossyViews.ts';
import type { KeptBytes, ModelSavings, SavingsReport } from '../../core/savingsViews.ts';
import { undoSnapshots } from './collectGarbage.ts';
import { countModel, sumHeld, type CountedModel } from './countSavings.ts';
import type { StoragePorts } from './reportStorage.ts';

export interface SavingsPorts extends StoragePorts {
  readonly log: LineageLog;
}

/** How often it counts anew because the store changed meanwhile. */
const attempts = 3;

/** Models and then data sets, with chunks read of how they are stored. */
interface Account {
  readonly models: readonly ModelSavings[];
  readonly kept: KeptBytes;
  /** Stored bytes of every chunk that is counted. */
  readonly countedBytes: number;
}

/**
 * Where the bytes of the whole lineage went, every byte under one heading.
 *
 * @throws LineageError `snapshot-missing`, `record-corrupt` when a model's records cannot be read.
 */
export async function reportSavings(ports: SavingsPorts): Promise<SavingsReport> {
  let before = await ports.content.totals();
  for (let attempt = 1; ; attempt++) {
    const account = await count(ports);
    const totals = await ports.content.totals();
    if (attempt === attempts || isSame(before, totals)) return reportOf(ports, account, totals);
    before = totals;
  }
}

function isSame(a: StoreTotals, b: StoreTotals): boolean {
  return a.chunks === b.chunks && a.storedBytes === b.storedBytes;
}

async function reportOf(
  ports: SavingsPorts,
  { models, kept, countedBytes }: Account,
  totals: StoreTotals,
): Promise<SavingsReport> {
  const { usage } = await ports.estimate.estimate();
  return {
    rawBytes: models.reduce((sum, { rawBytes }) => sum + rawBytes, 0),
    held: sumHeld(models.map(({ held }) => held)),
    kept,
    garbageBytes: totals.storedBytes - countedBytes,
    recordBytes: totals.recordBytes,
    storedBytes: totals.storedBytes + totals.recordBytes,
    usage,
    models,
  };
}

async function count(ports: SavingsPorts): Promise<Account> {
  const lineage = await ports.session.lineage();
  const given = await countedModels(ports, lineage);
  const chunks = new ChunkBook(ports);
  await chunks.learn(given.flatMap(({ payloads }) => payloads.flatMap((one) => one.chunks)));
  const seen = new Set<ChunkId>();
  const models = given.map((model) => countModel(model, seen, chunks.describe));
  const stored = models.reduce((sum, one) => sum + one.storedBytes, 0);
  const bases = await chunks.countFrom([...seen], seen);
  const graph = dataOf(lineage);
  const recipes = await chunks.countFrom(await chunksOf(ports, [...graphSnapshots(graph)]), seen);
  const undo = await chunks.countFrom(await chunksOf(ports, await undoSnapshots(ports)), seen);
  const kept = { bases, recipes, undo };
  return { models, kept, countedBytes: stored + bases + recipes + undo };
}

async function countedModels(ports: SavingsPorts, lineage: Lineage): Promise<CountedModel[]> {
  const models: CountedModel[] = [];
  for (const { id, name, snapshot, summary, outcome } of await ports.use.allNodes()) {
    const { payloads, names } = await ports.use.snapshot(snapshot);
    const lossy =
      outcome?.lossy === undefined ? {} : { lossy: lossyPayloads(names, outcome.lossy) };
    models.push({ node: id, name, rawBytes: summary.sizeBytes, payloads, names, ...lossy });
  }
  const datasets = [...lineage.datasets.values()];
  if (datasets.length === 0) return models;
  const uses = await Promise.all(datasets.map(({ snapshot }) => ports.use.snapshot(snapshot)));
  return [
    ...models,
    {
      node: 'datasets',
      name: 'Data sets',
      rawBytes: datasets.reduce((sum, { summary }) => sum + summary.sizeBytes, 0),
      payloads: uses.flatMap(({ payloads }) => payloads),
      names: [
        ...uses.flatMap(({ names }, index) =>
          names.slice(0, -1).map((name) => `${datasets[index]?.name ?? ''}: ${name}`),
        ),
        uses[0]?.names.at(-1) ?? '',
      ],
    },
  ];
}

/** Of a lossy model, the tensors in steps; the others are exact. */
function lossyPayloads(names: readonly string[], { steps }: LossyReceipt): ReadonlySet<number> {
  const stepped = new Set(steps.map(({ name }) => name));
  return new Set(names.flatMap((name, index) => (stepped.has(name) ? [index] : [])));
}

/** Chunks of the snapshots that can be read; one that was collected has none left to count. */
async function chunksOf(ports: SavingsPorts, ids: readonly SnapshotId[]): Promise<ChunkId[]> {
  const chunks: ChunkId[] = [];
  for (const id of ids)
    try {
      chunks.push(...(await ports.use.snapshot(id)).chunks);
    } catch (error) {
      if (!isLineageError(error, 'snapshot-missing')) throw error;
    }
  return chunks;
}

/** How chunks are stored, each asked for once. */
class ChunkBook {
  readonly #ports: SavingsPorts;
  readonly #known = new Map<ChunkId, ChunkStorage | undefined>();

  constructor(ports: SavingsPorts) {
    this.#ports = ports;
  }

  readonly describe = (chunk: ChunkId): ChunkStorage | undefined => this.#known.get(chunk);

  async learn(chunks: readonly ChunkId[]): Promise<void> {
    const asked = [...new Set(chunks)].filter((chunk) => !this.#known.has(chunk));
    const told = await this.#ports.content.describe(asked);
    asked.forEach((chunk, index) => this.#known.set(chunk, told[index]));
  }

  /** Stored bytes of `from` and of all they lean on, but for those in `seen`, which they join. */
  async countFrom(from: readonly ChunkId[], seen: Set<ChunkId>): Promise<number> {
    let bytes = 0;
    let next = from;
    const visited = new Set<ChunkId>();
    while (next.length > 0) {
      await this.learn(next);
      const bases: ChunkId[] = [];
      for (const id of next) {
        if (visited.has(id)) continue;
        visited.add(id);
        const chunk = this.describe(id);
        if (!seen.has(id)) bytes += chunk?.storedBytes ?? 0;
        seen.add(id);
        bases.push(...(chunk?.bases ?? []));
      }
      next = bases;
    }
    return bytes;
  }
}
