import type { LossyTest } from '../../core/lossyViews.ts';
import type { MetricDirection } from '../../core/modelTests/modelTest.ts';
import type { Point, Series } from '../chart/series.ts';
import type { Combined } from './combine.ts';

/** Below this a value before is as good as 0, and its change counts as it is. */
const nothing = 1e-9;

/**
 * How much worse a metric got, as a share of what it was; below 0 where it got better. Infinite where it
 * is a number no more.
 *
 * @param direction - undefined where it is not known which way is better: then any change counts.
 */
export function lossOf(
  { before, after }: Pick<LossyTest, 'before' | 'after'>,
  direction: MetricDirection | undefined,
): number {
  if (before === after || Number.isNaN(before)) return 0;
  if (!Number.isFinite(after)) return Infinity;
  const change = { max: before - after, min: after - before, equal: Math.abs(after - before) };
  const loss = change[direction ?? 'equal'];
  return Math.abs(before) < nothing ? loss : loss / Math.abs(before);
}

/** The worst change of all tests at one ε, in percent; undefined where none was run. */
export function worstLoss(
  tests: Combined['tests'],
  directionOf: (test: LossyTest) => MetricDirection | undefined,
): number | undefined {
  if (tests.length === 0) return undefined;
  return 100 * Math.max(...tests.map((test) => lossOf(test, directionOf(test))));
}

/** Bytes in a unit that fits all of them, for an axis. */
export function byteUnit(values: readonly number[]): {
  readonly label: string;
  readonly size: number;
} {
  const most = Math.max(0, ...values);
  if (most >= 1e9) return { label: 'GB', size: 1e9 };
  if (most >= 1e6) return { label: 'MB', size: 1e6 };
  return most >= 1e3 ? { label: 'kB', size: 1e3 } : { label: 'B', size: 1 };
}

/** One point for each x, the highest, in the order of x: what a chart can draw. */
function inOrder(points: readonly Point[]): Point[] {
  const best = new Map<number, number>();
  for (const [x, y] of points) best.set(x, Math.max(y, best.get(x) ?? -Infinity));
  return [...best].sort(([a], [b]) => a - b);
}

/** The curve of bytes and what the tests say: solid where all keep within, dashed where some are worse. */
export function testSeries(
  rows: readonly Combined[],
  unit: number,
  lossAt: (row: Combined) => number | undefined,
): readonly Series[] {
  const at = (wanted: boolean): Point[] =>
    rows.flatMap((row) => {
      const loss = lossAt(row);
      return loss === undefined || (row.passes !== false) !== wanted
        ? []
        : [[row.lossyBytes / unit, loss] as const];
    });
  const [kept, worse] = [inOrder(at(true)), inOrder(at(false))];
  return [
    ...(kept.length > 0 ? [{ name: 'within tolerance', points: kept, colour: 2 }] : []),
    // From the first that still keeps within, so that the line is whole.
    ...(worse.length > 0
      ? [
          {
            name: 'worse than tolerated',
            points: inOrder([...worse, ...kept.slice(0, 1)]),
            colour: 1,
            look: 'dashed' as const,
          },
        ]
      : []),
  ];
}

/** The curve of bytes and errors, before any test is run. */
export function errorSeries(rows: readonly Combined[], unit: number): readonly Series[] {
  const points = (of: (row: Combined) => number) =>
    inOrder(rows.map((row) => [row.lossyBytes / unit, of(row)] as const));
  return [
    { name: 'mean error', points: points(({ meanError }) => meanError), colour: 0 },
    {
      name: 'max error',
      points: points(({ maxError }) => maxError),
      colour: 1,
      look: 'dashed',
    },
  ];
}
