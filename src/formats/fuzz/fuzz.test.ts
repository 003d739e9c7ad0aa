import { expect, it } from 'vitest';
import { campaign } from './campaign.fixture.ts';

it('reads or refuses 3,000 broken files, and nothing else happens', async () => {
  const { failures, outcomes } = await campaign({ runs: 3000, seed: 1 });
  expect(failures.map(({ seed, number, why }) => `${seed} ${number}: ${why}`)).toEqual([]);
  // The changes must leave files whole often enough to reach deep, and break them often enough.
  expect(outcomes.get('read')).toBeGreaterThan(100);
  expect(outcomes.get('format-invalid')).toBeGreaterThan(500);
}, 60_000);
