import type { NodeId, TestId } from '../../core/ids.ts';
import type { SearchCall } from '../mgitSearch.ts';
import type { TestWish } from '../mgitTests.ts';
import type { Finder } from '../search/finder.svelte.ts';
import { readBoard } from '../modelTests/readBoard.ts';
import { SearchRun, type Asked, type Report } from '../search/searchRun.svelte.ts';
import type { Session } from '../session.svelte.ts';

function title(session: Session, { is, order }: Asked): string {
  if (is === 'inheritors') return `Who else has the fault of ${session.nameOf(order.known)}`;
  const name = session.nameOf(order.bad);
  return is === 'origin' ? `Where ${name} got its fault` : `Layers with the fault of ${name}`;
}

async function search(session: Session, asked: Asked, call: SearchCall): Promise<Report> {
  const { mgit } = session;
  if (asked.is === 'origin') {
    const { bad, test, ...options } = asked.order;
    return { is: 'origin', report: await mgit.bisect(bad, test, options, call) };
  }
  if (asked.is === 'inheritors') {
    const { known, test, ...options } = asked.order;
    return { is: 'inheritors', report: await mgit.inheritors(known, test, options, call) };
  }
  const { good, bad, test, ...options } = asked.order;
  return { is: 'layers', report: await mgit.localise(good, bad, test, options, call) };
}

/** Searches as the panel's form says, one search at a time; ends when it has ended, failed or was cancelled. */
export async function startSearch(session: Session, finder: Finder): Promise<void> {
  const { asked } = finder;
  if (asked === undefined || finder.running) return;
  const task = session.addTask(title(session, asked), () => {
    session.openSide({ is: 'search' });
  });
  const before = finder.run;
  const run = new SearchRun(asked, task);
  finder.run = run;
  if (before !== undefined) session.dismissTask(before.task.id);
  const found = await session.follow(
    task,
    (call) =>
      search(session, asked, {
        ...call,
        onEvent: (state) => {
          run.state = state;
        },
      }),
    ({ report }) => report.summary,
  );
  run.found = found;
  // The panel says it all; the tray keeps it where the panel was closed meanwhile.
  if (session.side?.is === 'search') session.dismissTask(task.id);
  await readBoard(session);
}

/** Makes a test and says so. Gives its id; undefined when it was refused. */
export async function makeTest(session: Session, wish: TestWish): Promise<TestId | undefined> {
  try {
    const id = await session.mgit.saveTest(wish);
    await session.refresh();
    await readBoard(session);
    session.toasts.add({ tone: 'success', text: `Made the test ${wish.name}` });
    return id;
  } catch (error) {
    session.toasts.failed(error);
    return undefined;
  }
}

/** Selects models and brings the graph to the front, so that they are seen. */
export function showSelected(session: Session, nodes: readonly NodeId[]): void {
  session.select(nodes);
  session.work = undefined;
  session.pane = 'graph';
}

/** Lets the graph show only these models. */
export function showOnly(session: Session, label: string, nodes: readonly NodeId[]): void {
  session.only = { label, nodes };
  session.work = undefined;
  session.pane = 'graph';
}
