import type { NodeResult, TestBoard } from '../../core/testViews.ts';
import type { Session } from '../session.svelte.ts';

/** Boards that are being asked for; `again` when what was asked changed meanwhile. */
const asking = new WeakMap<Session, { again: boolean }>();

/**
 * Asks where each model stands and puts it on the session. Without tests nothing is asked; while one
 * question is on its way the next waits for it.
 */
export async function readBoard(session: Session): Promise<void> {
  if (session.graph.tests.length === 0) {
    session.board = undefined;
    return;
  }
  const now = asking.get(session);
  if (now !== undefined) {
    now.again = true;
    return;
  }
  const mine = { again: true };
  asking.set(session, mine);
  try {
    while (mine.again) {
      mine.again = false;
      const board = await session.mgit.testBoard();
      session.board = session.graph.tests.length === 0 ? undefined : board;
    }
  } catch (error) {
    session.toasts.failed(error);
  } finally {
    asking.delete(session);
  }
}

/** The board with results that have just come, before the worker says what they mean. */
export function withResults(board: TestBoard, fresh: readonly NodeResult[]): TestBoard {
  const cell = ({ node, test }: Pick<NodeResult, 'node' | 'test'>) => `${node} ${test}`;
  const done = new Set(fresh.map(cell));
  return {
    ...board,
    results: [...board.results.filter((each) => !done.has(cell(each))), ...fresh],
    stale: board.stale.filter((each) => !done.has(cell(each))),
    findings: board.findings.filter((each) => !done.has(cell(each))),
  };
}
