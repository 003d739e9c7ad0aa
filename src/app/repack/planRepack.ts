import { BasePlan, type PlanBounds } from '../../core/planning/basePlan.ts';
import { planBases, type PlanInput } from '../../core/planning/planBases.ts';
import type { ChunkElement } from '../../core/ports/chunkCodec.ts';
import type { ChunkStorage, RepackOrder } from '../../core/ports/contentStore.ts';
import type { Run } from '../../core/ports/run.ts';
import type { RepackPlanView } from '../../core/repackViews.ts';
import { candidateWays, type Way } from './candidateWays.ts';
import { deriveWays } from './deriveWays.ts';
import { measureWays } from './measureWays.ts';
import type { PlannedChange } from './plannedChange.ts';
import type { RepackPorts } from './repackPorts.ts';
import { chunkIds, ownerOf, surveyStore, type Survey } from './surveyStore.ts';
import { viewPlan } from './viewPlan.ts';

/** As the store itself bounds reading; see docs/storage-format.md. */
const bounds: PlanBounds = { depth: 8, readCost: 8, readFloor: 8 * 1024 * 1024 };

/** A guess must promise this much more than what is there: guesses are right to a few percent. */
const guessedShare = 1.03;
const sampledShare = 1.005;
const changeBytes = 16;

/** What a run of the plan does, bases before what leans on them. */
export interface RepackPlan {
  readonly view: RepackPlanView;
  readonly changes: readonly PlannedChange[];
}

/**
 * Finds how the chunks of the lineage could be stored in fewer bytes, within the bounds of reading.
 * Writes nothing.
 *
 * @throws LineageError as reading the store does; AbortError once `run.signal` is aborted.
 */
export async function planRepack(ports: RepackPorts, run: Run): Promise<RepackPlan> {
  const lineage = await ports.session.lineage();
  const survey = await surveyStore(ports, run);
  const guessed = candidateWays(survey, lineage);
  const measured = await measureWays(ports, survey, guessed, run);
  const derived = await deriveWays(ports, survey, measured.ways, lineage, run);
  run.signal.throwIfAborted();
  run.onProgress?.({ step: 'Choosing bases', done: 0, total: 1, unit: 'steps' });
  const ways = new WaysByChunk(survey, [...measured.ways, ...derived]);
  const now = currentPlan(survey, bounds);
  const plan = planBases({ ...ways.input(), bounds, known: [now.choices] });
  const changes = changesOf(survey, plan, now, ways);
  const view = await viewPlan(ports, {
    survey, lineage, now, plan, changes, sampled: measured.chunks,
  }); // prettier-ignore
  return { view, changes };
}

/** Ways to store each chunk, and the way that a choice of bases stands for. */
class WaysByChunk {
  readonly #survey: Survey;
  readonly #least = new Map<string, Way>();

  constructor(survey: Survey, ways: readonly Way[]) {
    this.#survey = survey;
    for (const way of ways) {
      const key = keyOf(way.to, way.bases);
      const known = this.#least.get(key);
      if (known === undefined || weightOf(way) < weightOf(known)) this.#least.set(key, way);
    }
  }

  way(to: number, bases: readonly number[]): Way | undefined {
    return this.#least.get(keyOf(to, bases));
  }

  input(): Pick<PlanInput, 'units' | 'edges' | 'derivations'> {
    const ways = [...this.#least.values()];
    const units = this.#survey.chunks.map(({ storage: { rawBytes }, at }, to) => {
      const alone = this.way(to, []);
      // What no model has is left as it is: nobody may choose otherwise.
      const unknown = at === undefined ? rawBytes * 1000 : rawBytes;
      return { raw: rawBytes, alone: alone === undefined ? unknown : weightOf(alone) };
    });
    const edges = ways.flatMap((way) => {
      const [from] = way.bases;
      if (from === undefined || way.bases.length > 1) return [];
      return [{ from, to: way.to, bytes: weightOf(way) }];
    });
    const derivations = ways
      .filter(({ bases }) => bases.length > 1)
      .map((way) => ({ to: way.to, bases: way.bases, bytes: weightOf(way) }));
    return { units, edges, derivations };
  }
}

function keyOf(to: number, bases: readonly number[]): string {
  return `${to}:${[...new Set(bases)].sort((a, b) => a - b).join()}`;
}

/** Bytes that count for a choice: a change must be worth its while. */
function weightOf({ bytes, known }: Way): number {
  if (known === 'now') return bytes;
  return bytes * (known === 'guessed' ? guessedShare : sampledShare) + changeBytes;
}

/** The store as it is, whatever its bounds. */
function currentPlan({ chunks, places }: Survey, { readFloor }: PlanBounds): BasePlan {
  const units = chunks.map(({ storage: { rawBytes } }) => ({ raw: rawBytes, alone: rawBytes }));
  const plan = new BasePlan(units, {
    depth: Infinity,
    readCost: Infinity,
    readFloor: readFloor ?? 0,
  });
  const put = new Set<number>();
  const visit = (unit: number): void => {
    if (put.has(unit)) return;
    put.add(unit);
    const storage = chunks[unit]?.storage;
    const bases = (storage?.bases ?? []).flatMap((base) => places.get(base) ?? []);
    for (const base of bases) visit(base);
    plan.move(unit, { bases, bytes: storage?.storedBytes ?? 0 });
  };
  for (const unit of chunks.keys()) visit(unit);
  return plan;
}

/** Whatever is to be stored otherwise, bases first. */
function changesOf(
  survey: Survey,
  plan: BasePlan,
  now: BasePlan,
  ways: WaysByChunk,
): PlannedChange[] {
  const changes = [...survey.chunks.keys()].flatMap((unit) => {
    const change = changeOf(survey, unit, plan, now, ways);
    return change === undefined ? [] : [{ change, depth: plan.depth(unit) }];
  });
  return changes.sort((a, b) => a.depth - b.depth).map(({ change }) => change);
}

function changeOf(
  survey: Survey,
  unit: number,
  plan: BasePlan,
  now: BasePlan,
  ways: WaysByChunk,
): PlannedChange | undefined {
  const before = survey.chunks[unit]?.storage;
  const element = ownerOf(survey, unit)?.element;
  if (before === undefined || element === undefined) return undefined;
  const { bases, bytes } = plan.choice(unit);
  // What is known only as it is now may still have to stand alone.
  const way = ways.way(unit, bases) ?? { to: unit, bases, bytes, known: 'guessed' as const };
  const isSmaller = way.bytes < before.storedBytes;
  const isShorter = plan.depth(unit) < now.depth(unit);
  if (way.known === 'now' || !(isSmaller || isShorter)) return undefined;
  return { order: orderOf(survey, before, element, way, isSmaller), way, before };
}

function orderOf(
  survey: Survey,
  { chunk }: ChunkStorage,
  element: ChunkElement,
  way: Way,
  isSmaller: boolean,
): RepackOrder {
  const { derivation } = way;
  return {
    chunk,
    element,
    bases: derivation === undefined ? chunkIds(survey, way.bases) : [],
    ...(derivation === undefined ? {} : { derivations: [derivation] }),
    ...(isSmaller ? {} : { even: 'larger' }),
  };
}
