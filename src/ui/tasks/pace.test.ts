import { expect, it } from 'vitest';
import { paceMeter } from './pace.ts';

it('tells rate and remaining time of a steady task', () => {
  const meter = paceMeter();
  meter(0, 0, 1000);
  meter(500, 50, 1000);
  expect(meter(1000, 100, 1000)).toEqual({ rate: 100, remainingMs: 9000 });
});

it('says nothing before it can be told', () => {
  const meter = paceMeter();
  expect(meter(0, 0, 10)).toEqual({ rate: undefined, remainingMs: undefined });
  expect(meter(100, 5, 10).rate).toBeUndefined();
});

it('forgets a slow start', () => {
  const meter = paceMeter();
  meter(0, 0, 100_000);
  for (let at = 10_000; at <= 20_000; at += 1000) meter(at, at - 9000, 100_000);
  expect(meter(21_000, 12_000, 100_000).rate).toBeCloseTo(1000, 6);
});

it('begins anew when a new step counts from its own start', () => {
  const meter = paceMeter();
  meter(0, 0, 100);
  meter(1000, 100, 100);
  expect(meter(1100, 0, 50).rate).toBeUndefined();
});
