import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesName } from './namePattern.ts';

describe('name patterns', () => {
  it.each([
    ['mnist-*', 'mnist-v1', true],
    ['mnist-*', 'mnist-', true],
    ['mnist-*', 'old mnist-v1', false],
    ['*-v?', 'mnist-v1', true],
    ['*-v?', 'mnist-v10', false],
    ['*a*b', 'xxaxxabxb', true],
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['?', '', false],
    ['a', 'A', false],
    ['a.c', 'abc', false],
    ['a[b]\\d+', 'a[b]\\d+', true],
    ['?', '🙂', true],
    ['??', '🙂', false],
  ])('%j on %j gives %j', (pattern, name, fits) => {
    expect(matchesName(pattern, name)).toBe(fits);
  });

  it('agrees with a regular expression that says the same', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 9 });
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 6 });
    fc.assert(
      fc.property(pattern, letters, (wild, name) => {
        const same = new RegExp(`^${wild.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'su');
        expect(matchesName(wild, name)).toBe(same.test(name));
      }),
      { numRuns: 1000 },
    );
  });

  it('stays fast on a pattern that makes a regular expression hang', () => {
    const begun = performance.now();
    expect(matchesName(`${'*a'.repeat(100)}b`, 'a'.repeat(2000))).toBe(false);
    expect(performance.now() - begun).toBeLessThan(1000);
  });
});
