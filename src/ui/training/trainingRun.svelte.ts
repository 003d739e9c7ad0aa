import type {
  CreateOrder,
  CreateReport,
  CreationEvent,
  ReplayReport,
} from '../../core/creationViews.ts';
import type { NodeId } from '../../core/ids.ts';
import type { Environment, EpochReport, TrainNotice } from '../../core/training/report.ts';
import { paceMeter, type Pace } from '../tasks/pace.ts';
import type { Task } from '../tasks/task.svelte.ts';

/** Points of a curve kept while a run goes on; above it, every other is dropped. */
const mostPoints = 2000;

export type Point = readonly [x: number, y: number];

/** One training of a run as the page follows it: `client 3` of a round, or the only one. */
export class TrainingPart {
  readonly job: string;
  readonly name: string;
  losses = $state.raw<readonly Point[]>([]);
  epochs = $state.raw<readonly EpochReport[]>([]);
  notices = $state.raw<readonly TrainNotice[]>([]);
  environment = $state.raw<Environment>();
  step = $state(0);
  steps = $state(0);
  loss = $state<number>();
  stepMs = $state(0);
  paused = $state(false);
  pace = $state.raw<Pace>({ rate: undefined, remainingMs: undefined });
  #meter = paceMeter();

  constructor(job: string, name: string) {
    this.job = job;
    this.name = name;
  }

  get done(): boolean {
    return this.steps > 0 && this.step >= this.steps;
  }

  hear({ event }: CreationEvent, at: number): void {
    if (event.is === 'step') {
      const { step, loss } = event;
      const losses = [...this.losses, [step, loss] as const];
      this.losses = losses.length > mostPoints ? losses.filter((_, i) => i % 2 === 0) : losses;
      this.step = step;
      this.steps = event.steps;
      this.loss = loss;
      this.stepMs = event.stepMs;
      this.pace = this.#meter(at, step, event.steps);
    } else if (event.is === 'epoch') this.epochs = [...this.epochs, event.report];
    else if (event.is === 'notice') this.notices = [...this.notices, event.notice];
    else this.environment = event.environment;
  }

  /** After a pause the pace is told anew. */
  restart(): void {
    this.#meter = paceMeter();
    this.paused = false;
  }
}

/** What a run is for. */
export type RunGoal =
  | { readonly is: 'create'; readonly order: CreateOrder }
  | { readonly is: 'resume' }
  | { readonly is: 'replay'; readonly node: NodeId };

export type RunResult =
  | { readonly is: 'made'; readonly report: CreateReport }
  | { readonly is: 'replayed'; readonly report: ReplayReport };

let made = 0;

/** A creation, or a replay, as the page follows it; outlives the dialog that shows it. */
export class TrainingRun {
  readonly id: number;
  readonly title: string;
  readonly goal: RunGoal;
  readonly task: Task;
  parts = $state.raw<readonly TrainingPart[]>([]);
  /** The part that was heard last. */
  active = $state.raw<TrainingPart>();
  result = $state.raw<RunResult>();

  constructor(title: string, goal: RunGoal, task: Task) {
    made += 1;
    this.id = made;
    this.title = title;
    this.goal = goal;
    this.task = task;
  }

  readonly hear = (event: CreationEvent): void => {
    let part = this.parts.find(({ job, name }) => job === event.job && name === event.part);
    if (part === undefined) {
      part = new TrainingPart(event.job, event.part);
      this.parts = [...this.parts, part];
    }
    this.active = part;
    part.hear(event, performance.now());
  };
}
