import type { NodeId } from '../../core/ids.ts';
import type { Metric } from '../../core/modelTests/modelTest.ts';
import type { Point, Series } from '../chart/series.ts';
import type { LineagePath } from './lineagePaths.ts';
import { largestMove, type Move } from './lineagePaths.ts';
import type { TestColumn } from './testsView.svelte.ts';

/** A number that can be followed along a path. */
export interface Followed {
  /** `testId metric`. */
  readonly key: string;
  readonly title: string;
  readonly column: TestColumn;
  readonly metric: Metric;
}

/** A followed number with its values on a path. */
export interface FollowedLine extends Followed {
  readonly values: readonly (number | undefined)[];
  readonly move: Move | undefined;
}

/** Every number that the tests give, the main one of each test first. */
export function followable(columns: readonly TestColumn[]): readonly Followed[] {
  const all = columns.flatMap((column) =>
    column.metrics.map((metric) => ({
      key: `${column.test.id} ${metric.name}`,
      title: `${column.test.name}: ${metric.title}`,
      column,
      metric,
    })),
  );
  const isMain = ({ column, metric }: Followed) => (column.main?.name === metric.name ? 0 : 1);
  return all.sort((a, b) => isMain(a) - isMain(b));
}

/** The values of numbers on a path, and where each moved most. */
export function linesOf(
  path: LineagePath,
  followed: readonly Followed[],
  valueOf: (node: NodeId, one: Followed) => number | undefined,
): readonly FollowedLine[] {
  return followed.map((one) => {
    const values = path.map((node) => valueOf(node, one));
    return { ...one, values, move: largestMove(values) };
  });
}

/** Lines that can share an axis: those of one unit. */
export interface LineGroup {
  readonly title: string;
  readonly lines: readonly FollowedLine[];
  readonly series: readonly Series[];
  readonly metric: Metric;
}

/** One chart for shares of one, and one for each other number. Steps are counted from 1. */
export function groupsOf(lines: readonly FollowedLine[]): readonly LineGroup[] {
  const groups = new Map<string, FollowedLine[]>();
  for (const line of lines) {
    const unit = line.metric.unit === 'share' ? 'share' : line.key;
    groups.set(unit, [...(groups.get(unit) ?? []), line]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const title = group.length === 1 ? first.title : 'Shares';
    return [{ title, lines: group, series: group.flatMap(seriesOf), metric: first.metric }];
  });
}

function seriesOf(line: FollowedLine, colour: number): Series[] {
  const points = line.values.flatMap((value, at): Point[] =>
    value === undefined ? [] : [[at + 1, value]],
  );
  return [{ name: line.title, points, colour }, ...moved(line, colour)];
}

/** The step that moved it most, drawn once more so that it stands out. */
function moved({ title, move, values }: FollowedLine, colour: number): Series[] {
  if (move === undefined) return [];
  const from = values.findLastIndex((value, at) => at < move.at && value === move.before);
  const points: Point[] = [
    [from + 1, move.before],
    [move.at + 1, move.after],
  ];
  return [{ name: `${title}, largest step`, points, colour: colour + 5, look: 'dashed' }];
}
