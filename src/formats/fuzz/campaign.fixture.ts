import { check } from './check.fixture.ts';
import { mutators } from './mutate.fixture.ts';
import type { Mutator } from './mutate.fixture.ts';
import { random } from './random.fixture.ts';
import { madeSeeds, realSeeds } from './seeds.fixture.ts';

export interface Failure {
  readonly seed: string;
  /** Number of the case: with the campaign's seed it makes the same bytes again. */
  readonly number: number;
  readonly why: string;
  readonly bytes: Uint8Array;
}

export interface CampaignReport {
  readonly cases: number;
  /** How often each end was reached: `read`, or the code of the error. */
  readonly outcomes: ReadonlyMap<string, number>;
  readonly failures: readonly Failure[];
}

export interface CampaignOptions {
  readonly runs: number;
  readonly seed: number;
  /** First case, to repeat a single one. */
  readonly from?: number;
  readonly maxFailures?: number;
  readonly onProgress?: (done: number) => void;
}

/** Breaks valid files of all formats at random, one to six changes each, and reads them. */
export async function campaign(options: CampaignOptions): Promise<CampaignReport> {
  const seeds = [...madeSeeds(), ...realSeeds()];
  const outcomes = new Map<string, number>();
  const failures: Failure[] = [];
  const first = options.from ?? 0;
  for (let number = first; number < first + options.runs; number++) {
    const source = random(Math.imul(options.seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b));
    const seed = source.pick(seeds);
    const kinds: readonly Mutator[] = mutators[seed.mutators];
    let bytes: Uint8Array = seed.bytes;
    for (let changes = 1 + source.below(source.pick([1, 2, 6])); changes > 0; changes--)
      if (bytes.length > 0) bytes = source.pick(kinds)(bytes, source);
    const broken = seed.wrap?.(bytes) ?? bytes;
    const outcome = await check(seed.name, seed.format, broken);
    const end = outcome.is === 'refused' ? outcome.code : outcome.is;
    outcomes.set(end, (outcomes.get(end) ?? 0) + 1);
    if (outcome.is === 'failed')
      failures.push({ seed: seed.name, number, why: outcome.why, bytes: broken });
    if (failures.length >= (options.maxFailures ?? 10)) break;
    if (number % 1000 === 999) options.onProgress?.(number + 1 - first);
  }
  return {
    cases: [...outcomes.values()].reduce((sum, count) => sum + count, 0),
    outcomes,
    failures,
  };
}
