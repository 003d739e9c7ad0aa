import type {
  CascadeEvent,
  CascadeReport,
  CascadeState,
  PendingCascadeView,
} from '../../core/cascadeViews.ts';
import type { NodeId } from '../../core/ids.ts';
import type { Session } from '../session.svelte.ts';
import type { Task } from '../tasks/task.svelte.ts';
import { TrainingRun } from '../training/trainingRun.svelte.ts';

let made = 0;

/** An update cascade as the page follows it; outlives the panel that shows it. */
export class CascadeProgress {
  /** Of this page; the cascade's own id is not known before it is begun. */
  readonly key: string;
  readonly title: string;
  readonly task: Task;
  readonly old: NodeId | undefined;
  readonly new: NodeId | undefined;
  state = $state.raw<CascadeState>();
  report = $state.raw<CascadeReport>();
  /** The training of the item at work. */
  training = $state.raw<TrainingRun>();
  paused = $state(false);
  #item = '';

  constructor(key: string, title: string, task: Task, of: { old?: NodeId; new?: NodeId }) {
    this.key = key;
    this.title = title;
    this.task = task;
    this.old = of.old;
    this.new = of.new;
  }

  get id(): string | undefined {
    return this.state?.id;
  }

  readonly hear = (event: CascadeEvent): void => {
    if (event.is === 'state') {
      this.state = event.state;
      return;
    }
    if (this.#item !== event.item || this.training === undefined) {
      this.#item = event.item;
      this.training = new TrainingRun(this.title, { is: 'resume' }, this.task);
    }
    this.training.hear(event.event);
  };
}

/** The cascades of a page: those that this tab ran, and those that an earlier one left. */
export class Cascades {
  runs = $state.raw<readonly CascadeProgress[]>([]);
  pending = $state.raw<readonly PendingCascadeView[]>([]);

  /** The run with this key or this cascade's id, the newest first. */
  find(id: string | undefined): CascadeProgress | undefined {
    return id === undefined
      ? undefined
      : this.runs.findLast((run) => run.key === id || run.id === id);
  }

  static nextKey(): string {
    made += 1;
    return `run ${made}`;
  }
}

// Apart from the session, which knows nothing of single features.
const ofSessions = new WeakMap<Session, Cascades>();

export function cascadesOf(session: Session): Cascades {
  const known = ofSessions.get(session) ?? new Cascades();
  ofSessions.set(session, known);
  return known;
}
