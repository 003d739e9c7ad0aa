import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SearchVerdict } from '../searchViews.ts';
import { smallestGroup } from './smallestGroup.ts';

function searched(count: number, verdict: (part: readonly number[]) => SearchVerdict) {
  const search = smallestGroup(Array.from({ length: count }, (_, i) => i));
  let tests = 0;
  let step = search.next();
  for (; step.done !== true; tests++) step = search.next(verdict(step.value));
  return { found: [...step.value], tests };
}

describe('delta debugging', () => {
  it('finds one guilty member by halving', () => {
    for (let guilty = 0; guilty < 64; guilty++) {
      const { found, tests } = searched(64, (part) => (part.includes(guilty) ? 'bad' : 'good'));
      expect(found).toEqual([guilty]);
      expect(tests).toBeLessThanOrEqual(12);
    }
  });

  it('finds members that are guilty only together', () => {
    const together = [3, 11, 29];
    const { found } = searched(32, (part) =>
      together.every((one) => part.includes(one)) ? 'bad' : 'good',
    );
    expect(found).toEqual(together);
  });

  it('gives what cannot be made smaller by one, whatever the test says', () => {
    fc.assert(
      fc.property(fc.array(fc.uniqueArray(fc.nat(11), { minLength: 1 }), { minLength: 1 }), (causes) => {
        const bad = (part: readonly number[]) =>
          causes.some((cause) => cause.every((one) => part.includes(one)));
        const { found } = searched(12, (part) => (bad(part) ? 'bad' : 'good'));
        expect(bad(found)).toBe(true);
        for (const one of found) expect(bad(found.filter((other) => other !== one))).toBe(false);
      }),
    ); // prettier-ignore
  });

  it('takes an unknown outcome for not bad', () => {
    const verdict = (part: readonly number[]): SearchVerdict =>
      part.includes(5) ? (part.includes(6) ? 'bad' : 'unknown') : 'good';
    expect(searched(8, verdict).found).toEqual([5, 6]);
  });
});
