import { check } from './check.fixture.ts';
import { mutators } from './mutate.fixture.ts';
import type { Mutator } from './mutate.fixture.ts';
import { random } from './random.fixture.ts';
import { madeSeeds, realSeeds } from './seeds.fixture.ts';
import type { Seed } from './seeds.fixture.ts';

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
  const { runs, from = 0, maxFailures = 10 } = options;
  const seeds = [...madeSeeds(), ...realSeeds()];
  const outcomes = new Map<string, number>();
  const failures: Failure[] = [];
  let cases = 0;
  while (cases < runs && failures.length < maxFailures) {
    const number = from + cases++;
    const { seed, bytes } = broken(seeds, options.seed, number);
    const outcome = await check(seed.name, seed.format, bytes);
    const end = outcome.is === 'refused' ? outcome.code : outcome.is;
    outcomes.set(end, (outcomes.get(end) ?? 0) + 1);
    if (outcome.is === 'failed')
      failures.push({ seed: seed.name, number, why: outcome.why, bytes });
    if (cases % 1000 === 0) options.onProgress?.(cases);
  }
  return { cases, outcomes, failures };
}

function broken(
  seeds: readonly Seed[],
  campaignSeed: number,
  number: number,
): { seed: Seed; bytes: Uint8Array } {
  const source = random(Math.imul(campaignSeed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b));
  const seed = source.pick(seeds);
  const kinds: readonly Mutator[] = mutators[seed.mutators];
  let bytes: Uint8Array = seed.bytes;
  for (let changes = 1 + source.below(source.pick([1, 2, 6])); changes > 0; changes--)
    if (bytes.length > 0) bytes = source.pick(kinds)(bytes, source);
  return { seed, bytes: seed.wrap?.(bytes) ?? bytes };
}
