import type { NodeResult, TestBoard } from '../../core/testViews.ts';
import type { GraphData } from '../../core/lineage/graph.ts';
import type { Mgit } from '../mgit.ts';

interface Asking {
  /** What was asked changed meanwhile. */
  again: boolean;
  readonly answered: Promise<void>;
}

/** The part of the session that has a board. */
interface BoardHolder {
  readonly graph: Pick<GraphData, 'tests'>;
  board: TestBoard | undefined;
  readonly mgit: Pick<Mgit, 'testBoard'>;
  readonly toasts: { failed(error: unknown): void };
}

/** Boards that are being asked for. */
const asking = new WeakMap<BoardHolder, Asking>();

/**
 * Asks where each model stands and puts it on the session; settles when the session has what is true
 * now. Without tests nothing is asked; while one question is on its way the next waits for it.
 */
export function readBoard(session: BoardHolder): Promise<void> {
  const now = asking.get(session);
  if (now !== undefined) {
    now.again = true;
    return now.answered;
  }
  if (session.graph.tests.length === 0) {
    session.board = undefined;
    return Promise.resolve();
  }
  const mine: Asking = { again: false, answered: ask(session, () => mine) };
  asking.set(session, mine);
  return mine.answered;
}

async function ask(session: BoardHolder, mine: () => Asking): Promise<void> {
  try {
    let more = true;
    while (more) {
      const board = await session.mgit.testBoard();
      session.board = session.graph.tests.length === 0 ? undefined : board;
      more = mine().again;
      mine().again = false;
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
