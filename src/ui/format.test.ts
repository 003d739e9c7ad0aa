import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ago, bytes, count, duration, percent, ratio, real, shape, shortCount } from './format.ts';

describe('format', () => {
  it('writes sizes in decimal units with three digits', () => {
    expect([0, 999, 1000, 12_345, 999_499, 999_500, 1_500_000_000].map(bytes)).toEqual([
      '0 B', '999 B', '1.00 kB', '12.3 kB', '999 kB', '1.00 MB', '1.50 GB',
    ]); // prettier-ignore
  });

  it('writes every size within half a percent of it, and never four digits before the unit', () => {
    const units: Readonly<Record<string, number>> = {
      B: 1,
      kB: 1e3,
      MB: 1e6,
      GB: 1e9,
      TB: 1e12,
      PB: 1e15,
    };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), (size) => {
        const [number = '', unit = ''] = bytes(size).split(' ');
        expect(Number(number)).toBeLessThan(1000);
        const back = Number(number) * (units[unit] ?? NaN);
        expect(Math.abs(back - size)).toBeLessThanOrEqual(0.00501 * Math.max(size, 1));
      }),
    );
  });

  it('says a dash where there is no number', () => {
    expect([bytes(NaN), percent(NaN), ratio(5, 0)]).toEqual(['–', '–', '–']);
  });

  it('groups counts and shortens large ones', () => {
    expect(count(11_173_962)).toBe('11,173,962');
    expect(shortCount(11_173_962)).toBe('11.2 M');
  });

  it('writes real numbers of a tensor, the unusual ones too', () => {
    expect([0, -0.0843, 1e-7, Infinity, NaN].map(real)).toEqual([
      '0', '−0.084300', '1.000e−7', '∞', 'NaN',
    ]); // prettier-ignore
  });

  it('writes shapes with symbols, and a scalar as such', () => {
    expect(shape(['batch', 3])).toBe('[batch, 3]');
    expect(shape([])).toBe('scalar');
  });

  it('writes spans of time for people', () => {
    expect([400, 42_000, 200_000, 7_500_000].map(duration)).toEqual([
      'under 1 s', '42 s', '3 min 20 s', '2 h 5 min',
    ]); // prettier-ignore
    expect(ago(0, 30_000)).toBe('just now');
    expect(ago(0, 300_000)).toBe('5 min ago');
  });
});
