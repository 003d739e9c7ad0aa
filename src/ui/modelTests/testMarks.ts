import type { NodeId } from '../../core/ids.ts';
import type { TestBoard } from '../../core/testViews.ts';
import type { Mark } from '../work/work.ts';

/** Red and green for the graph: how each model with a bound test stands. */
export function testMarks(board: TestBoard | undefined): ReadonlyMap<NodeId, Mark> {
  const marks = new Map<NodeId, Mark>();
  if (board === undefined) return marks;
  for (const { node } of board.stale) marks.set(node, { tone: 'waiting', label: 'not tested' });
  for (const { node, verdict } of board.results) {
    const before = marks.get(node)?.tone;
    if (verdict === 'fail') marks.set(node, { tone: 'bad', label: 'fails a test' });
    else if (before === 'bad') continue;
    else if (verdict === 'error')
      marks.set(node, { tone: 'unknown', label: 'a test could not be run' });
    else if (before === undefined) marks.set(node, { tone: 'good', label: 'passes its tests' });
  }
  return marks;
}
