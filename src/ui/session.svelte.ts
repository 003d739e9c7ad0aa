import type { PendingJobView } from '../core/creationViews.ts';
import type { DatasetRecord } from '../core/data/dataset.ts';
import type { DatasetId, NodeId } from '../core/ids.ts';
import type { Edge, GraphData, ModelNode } from '../core/lineage/graph.ts';
import type { TestBoard } from '../core/testViews.ts';
import type { PendingImportView } from '../core/views.ts';
import type { LayoutApi, LineageApi } from '../rpc/api.ts';
import { datasetsById, edgesByNode, nodesById } from './graphIndex.ts';
import { createMgit, type Mgit } from './mgit.ts';
import type { DataTaker, SessionWires, StartView } from './screen.ts';
import { ScreenState } from './screenState.svelte.ts';
import { endedStaysMs, Task, type TaskRun } from './tasks/task.svelte.ts';
import { Theme } from './theme.svelte.ts';
import { Toasts } from './toasts.svelte.ts';
import type { TrainingRun } from './training/trainingRun.svelte.ts';
import { readBoard } from './modelTests/readBoard.ts';
import { testMarks } from './modelTests/testMarks.ts';
import type { Mark } from './work/work.ts';

const emptyGraph: GraphData = {
  nodes: [],
  edges: [],
  rejections: [],
  datasets: [],
  tests: [],
  branches: [],
};

/** The state of the page that outlives its components. Use cases over it are in `actions/`. */
export class Session extends ScreenState {
  readonly mgit: Mgit;
  readonly layout: LayoutApi;
  readonly theme = new Theme();
  readonly toasts = new Toasts();

  readonly #lineage: LineageApi;
  #subscribed = false;

  start = $state.raw<StartView>({ is: 'starting' });
  // Raw: what comes from the worker is replaced, never edited.
  graph = $state.raw<GraphData>(emptyGraph);
  /** Counts the graph's changes; panels that ask the worker read it, so as to ask again. */
  revision = $state(0);
  pending = $state.raw<readonly PendingImportView[]>([]);
  pendingJobs = $state.raw<readonly PendingJobView[]>([]);
  tasks = $state.raw<readonly Task[]>([]);
  /** Creations and replays of this tab, newest last. */
  runs = $state.raw<readonly TrainingRun[]>([]);
  takeData: DataTaker | undefined = undefined;

  /** Where each model stands by its tests; undefined before it is known, or without tests. */
  board = $state.raw<TestBoard | undefined>(undefined);
  readonly testMarks: ReadonlyMap<NodeId, Mark> = $derived(testMarks(this.board));
  readonly nodes: ReadonlyMap<NodeId, ModelNode> = $derived(nodesById(this.graph.nodes));
  readonly datasets: ReadonlyMap<DatasetId, DatasetRecord> = $derived(
    datasetsById(this.graph.datasets),
  );
  readonly edgesOf: ReadonlyMap<NodeId, readonly Edge[]> = $derived(edgesByNode(this.graph.edges));
  readonly selected: readonly ModelNode[] = $derived(
    this.selection.flatMap((id) => this.nodes.get(id) ?? []),
  );
  readonly busy: boolean = $derived(this.tasks.some((task) => task.running));

  constructor(wires: SessionWires) {
    super();
    this.#lineage = wires.lineage;
    this.mgit = createMgit(wires.lineage);
    globalThis.mgit = this.mgit;
    this.layout = wires.layout;
    void this.begin();
  }

  /** Opens the store and reads the graph; again after a failure or a reset. */
  readonly begin = async (): Promise<void> => {
    if (this.start.is !== 'starting') this.start = { is: 'starting' };
    try {
      const start = await this.#lineage.start();
      await this.refresh();
      if (!this.#subscribed)
        await this.mgit.subscribe((what) => {
          void (what === 'results' ? readBoard(this) : this.refresh());
        });
      this.#subscribed = true;
      this.pending = await this.mgit.pendingImports();
      this.pendingJobs = await this.mgit.pendingJobs();
      this.start = start;
    } catch (error) {
      this.start = { is: 'failed', error };
    }
  };

  /** Reads the graph again, and what of the selection is still there. */
  readonly refresh = async (): Promise<void> => {
    try {
      const graph = await this.mgit.graph();
      this.graph = graph;
      this.revision += 1;
      void readBoard(this);
      if (this.selection.some((id) => !this.nodes.has(id)))
        this.selection = this.selection.filter((id) => this.nodes.has(id));
    } catch (error) {
      if (this.start.is === 'starting') throw error;
      this.toasts.failed(error);
    }
  };

  readonly nameOf = (id: NodeId): string => this.nodes.get(id)?.name ?? 'a removed model';

  /** Runs `work` as a task of the tray; undefined when it was cancelled or failed. */
  readonly task = <T>(
    title: string,
    work: (run: TaskRun) => Promise<T>,
    summary: (value: T) => string,
  ): Promise<T | undefined> => this.follow(this.addTask(title), work, summary);

  /** @param open - shows more of the task than its card; such a task stays in the tray until dismissed. */
  readonly addTask = (title: string, open?: (task: Task) => void): Task => {
    const task = new Task(title, open);
    this.tasks = [...this.tasks, task];
    return task;
  };

  readonly follow = async <T>(
    task: Task,
    work: (run: TaskRun) => Promise<T>,
    summary: (value: T) => string,
  ): Promise<T | undefined> => {
    const value = await task.follow(work, summary);
    if (task.state.is !== 'failed' && task.open === undefined)
      setTimeout(() => {
        this.dismissTask(task.id);
      }, endedStaysMs);
    return value;
  };

  readonly dismissTask = (id: number): void => {
    this.tasks = this.tasks.filter((task) => task.id !== id);
  };

  /** Takes what ended well out of the tray; what failed stays until a person has read it. */
  readonly dismissEnded = (): void => {
    this.tasks = this.tasks.filter((task) => task.running || task.state.is === 'failed');
  };
}
