import type { NodeId, TestId } from '../../core/ids.ts';
import type { ResultFormat } from '../../core/modelTests/exportResults.ts';
import type { DeviceChoice } from '../../core/training/trainJob.ts';
import type { NodeResult, TestRunReport } from '../../core/testViews.ts';
import { counted } from '../format.ts';
import type { TestWish } from '../mgitTests.ts';
import { readBoard, withResults } from '../modelTests/readBoard.ts';
import type { Session } from '../session.svelte.ts';
import { undo } from './changeLineage.ts';
import { download } from './exportModels.ts';

/** Which tests to run, of the board's own words. */
export interface RunWish {
  readonly nodes: readonly NodeId[];
  /** All that are bound unless given. */
  readonly tests?: readonly TestId[];
  readonly again?: boolean;
  readonly device?: DeviceChoice;
}

/** Results that come within this time are put on the board together, in ms. */
const together = 150;

function reportText({ ran, cached, failed, errors, findings }: TestRunReport): string {
  const regressions = findings.filter(({ is }) => is === 'regression').length;
  return [
    counted(ran, 'test run', 'tests run'),
    cached > 0 ? `${cached} known already` : '',
    failed > 0 ? `${failed} failed` : '',
    errors > 0 ? `${errors} could not be run` : '',
    regressions > 0 ? counted(regressions, 'regression') : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

/** Runs tests as a task; the board is filled as results come. What was run when it is cancelled stays. */
export async function runModelTests(session: Session, title: string, wish: RunWish): Promise<void> {
  const { nodes, tests, ...options } = wish;
  let fresh: NodeResult[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const show = (): void => {
    timer = undefined;
    if (session.board !== undefined) session.board = withResults(session.board, fresh);
    fresh = [];
  };
  await session.task(
    title,
    (run) =>
      session.mgit.test(nodes, tests, {
        ...run,
        ...options,
        onResult: (result) => {
          fresh.push(result);
          timer ??= setTimeout(show, together);
        },
      }),
    reportText,
  );
  clearTimeout(timer);
  if (fresh.length > 0) show();
  await readBoard(session);
}

/** Models with something stale, and the tests that are stale there, as few runs as it takes. */
export async function runStale(
  session: Session,
  within?: ReadonlySet<NodeId>,
  device?: DeviceChoice,
): Promise<void> {
  // A test that was just added has to be on the board first.
  await readBoard(session);
  const stale = (session.board?.stale ?? []).filter(({ node }) => within?.has(node) !== false);
  const nodes = [...new Set(stale.map(({ node }) => node))];
  if (nodes.length === 0) {
    session.toasts.add({ tone: 'info', text: 'Every bound test has a current result.' });
    return;
  }
  await runModelTests(session, `Run ${counted(stale.length, 'stale test')}`, {
    nodes,
    ...(device === undefined ? {} : { device }),
  });
}

/**
 * Adds or edits a test and says so, with a way back.
 *
 * @throws LineageError `test-invalid`, `name-taken`, `name-invalid`, `test-missing`.
 */
export async function saveTest(session: Session, wish: TestWish): Promise<TestId> {
  const before = session.graph.tests.find(({ id }) => id === wish.id);
  const id = await session.mgit.saveTest(wish);
  await session.refresh();
  const after = session.graph.tests.find((test) => test.id === id);
  const stale = before !== undefined && after !== undefined && after.version > before.version;
  session.toasts.add({
    tone: 'success',
    text: before === undefined ? `Added the test ${wish.name}` : `Saved the test ${wish.name}`,
    ...(stale ? { detail: 'What it measured before is stale: run it again.' } : {}),
    action: { label: 'Undo', run: () => void undo(session) },
  });
  return id;
}

/** Takes a test off the lineage; undo brings it and its results back. */
export async function removeTest(session: Session, id: TestId): Promise<void> {
  const name = session.graph.tests.find((test) => test.id === id)?.name ?? '';
  try {
    await session.mgit.removeTest(id);
    await session.refresh();
    session.toasts.add({
      tone: 'info',
      text: `Removed the test ${name}`,
      action: { label: 'Undo', run: () => void undo(session) },
    });
  } catch (error) {
    session.toasts.failed(error);
  }
}

const files: Readonly<Record<ResultFormat, { readonly name: string; readonly type: string }>> = {
  csv: { name: 'test-results.csv', type: 'text/csv' },
  json: { name: 'test-results.json', type: 'application/json' },
  junit: { name: 'test-results.xml', type: 'application/xml' },
};

/** Downloads the current results; of all models unless given. */
export async function exportTestResults(
  session: Session,
  format: ResultFormat,
  nodes?: readonly NodeId[],
): Promise<void> {
  try {
    const text = await session.mgit.exportTests(format, nodes);
    const { name, type } = files[format];
    download(new File([text], name, { type }));
  } catch (error) {
    session.toasts.failed(error);
  }
}
