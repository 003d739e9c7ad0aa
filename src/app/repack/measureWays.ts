import type { ChunkId } from '../../core/ids.ts';
import { isLineageError } from '../../core/lineageError.ts';
import type { Run } from '../../core/ports/run.ts';
import type { Way } from './candidateWays.ts';
import type { RepackPorts } from './repackPorts.ts';
import { sampledSize } from './sampleSizes.ts';
import { ownerOf, type Survey } from './surveyStore.ts';

/** How long a plan measures, in ms: what is left then stays estimated. */
const longest = 30_000;
/** Ways of one chunk that are measured: the best by estimate. */
const measuredWays = 3;
/** Share of its stored bytes that a chunk must be thought to save to be measured. */
const leastGain = 0.01;

/** Ways with what was measured of them in place of what was guessed. */
export interface Measured {
  readonly ways: Way[];
  /** Chunks that were measured. */
  readonly chunks: number;
}

/**
 * Encodes samples of the chunks that are thought to gain most, over their best bases and alone, so that
 * the plan stands on true sizes where it matters.
 *
 * @throws LineageError as reading a chunk does, but for what is damaged: that is passed over.
 */
export async function measureWays(
  ports: RepackPorts,
  survey: Survey,
  ways: readonly Way[],
  run: Run,
): Promise<Measured> {
  const byChunk = new Map<number, Way[]>();
  for (const way of ways) byChunk.set(way.to, [...(byChunk.get(way.to) ?? []), way]);
  const order = [...byChunk]
    .map(([to, own]) => ({ to, own, gain: possibleGain(own) }))
    .filter(({ to, gain }) => gain > leastGain * (survey.chunks[to]?.storage.storedBytes ?? 0))
    .sort((a, b) => b.gain - a.gain);
  const until = ports.now() + longest;
  const truth = new Map<Way, Way>();
  let chunks = 0;
  for (const { to, own } of order) {
    if (ports.now() > until) break;
    run.signal.throwIfAborted();
    run.onProgress?.({
      step: 'Measuring chunks', done: chunks, total: order.length, unit: 'chunks',
    }); // prettier-ignore
    for (const [way, bytes] of await measure(ports, survey, to, own)) {
      truth.set(way, { ...way, bytes, known: 'sampled' });
    }
    chunks++;
  }
  return { ways: ways.map((way) => truth.get(way) ?? way), chunks };
}

/** Bytes that the chunk would save if its guesses were true. */
function possibleGain(ways: readonly Way[]): number {
  const now = ways.find(({ known }) => known === 'now')?.bytes ?? 0;
  const least = ways.reduce((lowest, { bytes }) => Math.min(lowest, bytes), Infinity);
  return now - least;
}

async function measure(
  ports: RepackPorts,
  survey: Survey,
  to: number,
  own: readonly Way[],
): Promise<Map<Way, number>> {
  const found = new Map<Way, number>();
  const element = ownerOf(survey, to)?.element;
  const bytes = await readable(ports, survey.chunks[to]?.storage.chunk);
  if (bytes === undefined || element === undefined) return found;
  const guessed = own.filter(({ known }) => known === 'guessed');
  for (const way of guessed.sort((a, b) => a.bytes - b.bytes).slice(0, measuredWays)) {
    const [base] = way.bases;
    const under =
      base === undefined ? undefined : await readable(ports, survey.chunks[base]?.storage.chunk);
    if (base !== undefined && under === undefined) continue;
    found.set(way, sampledSize(ports.codecs, bytes, under, element));
  }
  return found;
}

/** A chunk's bytes; undefined for one that is gone or damaged: `verify` tells of those. */
export async function readable(
  { content }: Pick<RepackPorts, 'content'>,
  chunk: ChunkId | undefined,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (chunk === undefined) return undefined;
  try {
    return await content.read(chunk);
  } catch (error) {
    if (isLineageError(error, 'chunk-missing', 'chunk-corrupt', 'codec-unknown')) return undefined;
    throw error;
  }
}
