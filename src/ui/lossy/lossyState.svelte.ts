import type { NodeId } from '../../core/ids.ts';
import type { LossyOptions, LossyReport } from '../../core/lossyViews.ts';
import type { Task } from '../tasks/task.svelte.ts';
import { combined, pointKey, type Combined, type Points } from './combine.ts';
import { knownOf, nothingKnown, withCurve, worldOf, type World } from './known.ts';
import { makeLossy, previewLossy } from './lossyActs.ts';
import { LossyChoice } from './lossyChoice.svelte.ts';

/** Files of this many bytes are looked at without being asked: encoding them takes a moment. */
const unaskedBytes = 64_000_000;

/** What a person wants to shrink, what is known of it, and what came of it. Outlives the view. */
export class LossyState extends LossyChoice {
  task = $state.raw<Task>();
  /** What the task is about. */
  doing = $state<'sizes' | 'tests' | 'make'>('sizes');
  error = $state.raw<{ readonly of: unknown }>();
  report = $state.raw<LossyReport>();
  #known = $state.raw(nothingKnown);
  /** What was asked when a task was stopped or failed: it is not begun again by itself. */
  #halted = $state('');
  /** From the person's word until the graph is read again. */
  #making = $state(false);

  readonly #world: World = $derived.by(() => worldOf(this.session.graph));
  readonly #now = $derived.by(() => knownOf(this.#known, this.#world));
  readonly points: Points = $derived(this.#now.points);
  /** By ε, what is known: the smallest first. */
  readonly rows: readonly Combined[] = $derived.by(() =>
    this.options.flatMap((one) => combined(this.points, this.nodes, one, this.tested) ?? []),
  );
  /** Chosen by the person, else that which saves most of those whose tests pass, else the middle one. */
  readonly epsilon: number | undefined = $derived.by(() => {
    const passing = this.rows.filter(({ passes }) => passes === true);
    const middle = this.epsilons[Math.floor((this.epsilons.length - 1) / 2)];
    return this.own ?? passing.at(-1)?.epsilon ?? middle;
  });
  readonly row: Combined | undefined = $derived(
    this.rows.find(({ epsilon }) => epsilon === this.epsilon),
  );
  /** Options whose sizes are not known of every model. */
  readonly missing: readonly LossyOptions[] = $derived.by(() =>
    this.options.filter((one) => this.nodes.some((id) => !this.points.has(pointKey(id, one)))),
  );
  /** Options with which the tests of some model have not been run. */
  readonly untried: readonly LossyOptions[] = $derived.by(() =>
    this.options.filter((one) =>
      [...this.tested].some((id) => !this.#now.tried.has(pointKey(id, one))),
    ),
  );
  readonly #asked: string = $derived(
    JSON.stringify([this.#world.models, this.nodes, this.missing]),
  );
  /** Names the sizes that are to be found without a word; undefined where none are. */
  readonly begins: string | undefined = $derived.by(() => {
    const others = this.#making || (this.busy && this.doing !== 'sizes');
    const wanted = this.missing.length > 0 && this.fileBytes <= unaskedBytes && !others;
    return wanted && this.#halted !== this.#asked ? this.#asked : undefined;
  });

  get busy(): boolean {
    return this.task?.running ?? false;
  }

  /** Begins with these models, unless something is being found out or made for others. */
  readonly open = (nodes: readonly NodeId[] | undefined): void => {
    if (nodes === undefined || nodes.length === 0 || this.busy) return;
    if (nodes.join() === this.roots.join()) return;
    this.roots = nodes;
    this.report = undefined;
    this.error = undefined;
  };

  /** Finds the sizes that are not known; what was being found for another choice is stopped. */
  readonly findSizes = (): Promise<void> => this.#preview('sizes', this.nodes, this.missing);

  /** Runs the tests at every ε where they were not run. */
  readonly runTests = (): Promise<void> => this.#preview('tests', [...this.tested], this.untried);

  async #preview(
    doing: 'sizes' | 'tests',
    nodes: readonly NodeId[],
    options: readonly LossyOptions[],
  ): Promise<void> {
    const [world, asked] = [this.#world, this.#asked];
    const tests = doing === 'tests';
    const started = this.#begin(doing);
    const result = await previewLossy(
      this.session,
      { nodes, options, tests },
      {
        started,
        found: (curve) => {
          this.#known = withCurve(this.#known, world, curve, tests);
        },
      },
    );
    // Another has begun since.
    if (this.doing !== doing || this.busy) return;
    if (result.is !== 'done' && !tests) this.#halted = asked;
    if (result.is === 'failed') this.error = { of: result.error };
  }

  /** Makes the lossy models: only after the person said so. */
  readonly make = async (): Promise<void> => {
    const { epsilon, quantiser, nodes, ifWorse, refine } = this;
    if (epsilon === undefined) return;
    this.report = undefined;
    // What the tests say is known anew afterwards; the choice is to stay.
    this.choose(epsilon);
    const order = { nodes, quantiser, epsilon, ifWorse, refine };
    this.#making = true;
    const result = await makeLossy(this.session, order, this.#begin('make'));
    if (result.is === 'done') this.report = result.value;
    // What was just decided is not looked at again by itself.
    this.#halted = this.#asked;
    this.#making = false;
    if (result.is === 'failed') this.error = { of: result.error };
  };

  /** Stops what goes on; gives what is told of the next task. */
  #begin(doing: LossyState['doing']): (task: Task) => void {
    this.task?.cancel();
    this.error = undefined;
    this.doing = doing;
    return (task) => {
      this.task = task;
    };
  }
}
