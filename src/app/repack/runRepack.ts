import type { ChunkStorage } from '../../core/ports/contentStore.ts';
import type { Progress, Run } from '../../core/ports/run.ts';
import type { RepackReport } from '../../core/repackViews.ts';
import type { PlannedChange } from './plannedChange.ts';
import type { RepackPlan } from './planRepack.ts';
import type { RepackPorts } from './repackPorts.ts';

/** Bytes of chunks handed to the store at once: other writers wait no longer than that takes. */
const batchBytes = 64 * 1024 * 1024;
const batchChunks = 2048;

/**
 * Stores chunks as planned, batch by batch under the writer lock; what is no longer as it was when that
 * was planned is passed over. A cancelled or killed run keeps what was done: every chunk is stored, in its
 * old form or its new one.
 *
 * @throws LineageError `quota-exceeded`, and what reading the store throws.
 */
export async function runRepack(
  ports: RepackPorts,
  plan: RepackPlan,
  run: Run,
): Promise<RepackReport> {
  const before = (await ports.content.totals()).storedBytes;
  let [chunks, stale, done] = [0, 0, 0];
  for (const batch of batchesOf(plan.changes)) {
    if (run.signal.aborted) break;
    const inner: Run = {
      signal: run.signal,
      onProgress: (progress) => run.onProgress?.(within(progress, done, plan.changes.length)),
    };
    await ports.lock.exclusive(async () => {
      const fresh = await stillPlanned(ports, batch);
      stale += batch.length - fresh.length;
      const orders = fresh.map(({ order }) => order);
      chunks += (await ports.content.repack(orders, inner)).chunks;
    });
    done += batch.length;
    run.onProgress?.({ step: 'Storing again', done, total: plan.changes.length, unit: 'chunks' });
  }
  const after = (await ports.content.totals()).storedBytes;
  return { chunks, stale, before, after, cancelled: run.signal.aborted };
}

function* batchesOf(changes: readonly PlannedChange[]): Generator<PlannedChange[]> {
  let batch: PlannedChange[] = [];
  let bytes = 0;
  for (const change of changes) {
    batch.push(change);
    bytes += change.before.rawBytes;
    if (bytes < batchBytes && batch.length < batchChunks) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield batch;
}

function within(progress: Progress, done: number, total: number): Progress {
  return progress.unit === 'chunks' ? { ...progress, done: done + progress.done, total } : progress;
}

/** Those of a batch whose chunk is stored as it was, and whose bases are all there. */
async function stillPlanned(
  { content }: RepackPorts,
  batch: readonly PlannedChange[],
): Promise<PlannedChange[]> {
  const described = await content.describe(batch.map(({ order }) => order.chunk));
  const leanings = batch.map(({ order: { bases, derivations = [] } }) => [
    ...bases,
    ...derivations.flatMap((each) => each.bases),
  ]);
  const all = [...new Set(leanings.flat())];
  const stored = await content.has(all);
  const there = new Set(all.filter((_, at) => stored[at] === true));
  return batch.filter(({ before }, at) => {
    const whole = (leanings[at] ?? []).every((base) => there.has(base));
    return whole && isSame(described[at], before);
  });
}

function isSame(now: ChunkStorage | undefined, before: ChunkStorage): boolean {
  return (
    now !== undefined &&
    now.codec === before.codec &&
    now.storedBytes === before.storedBytes &&
    now.bases.join() === before.bases.join()
  );
}
