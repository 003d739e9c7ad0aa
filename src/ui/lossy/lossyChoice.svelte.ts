import type { NodeId } from '../../core/ids.ts';
import type { LossyOptions, LossyOrder } from '../../core/lossyViews.ts';
import type { ModelTest } from '../../core/modelTests/modelTest.ts';
import type { Session } from '../session.svelte.ts';
import { testedModels, testsByModel } from './known.ts';
import { chosenModels, type Chosen } from './lossyModels.ts';
import { firstEpsilons } from './lossyWords.ts';

type Quantiser = LossyOptions['quantiser'];

/** What a person chooses in the view: which models, which loss, what to do where a test gets worse. */
export class LossyChoice {
  readonly session: Session;
  roots = $state.raw<readonly NodeId[]>([]);
  /** Also all that were made from those chosen. */
  below = $state(false);
  quantiser = $state<Quantiser>('per tensor');
  ifWorse = $state<NonNullable<LossyOrder['ifWorse']>>('reject');
  refine = $state(false);
  #offered = $state.raw(firstEpsilons);
  #own = $state.raw<Partial<Record<Quantiser, number>>>({});

  constructor(session: Session) {
    this.session = session;
  }

  readonly chosen: Chosen = $derived.by(() =>
    chosenModels(this.roots, this.below, this.session.graph.edges, this.session.nodes),
  );
  readonly nodes: readonly NodeId[] = $derived(this.chosen.nodes);
  readonly epsilons: readonly number[] = $derived(this.#offered[this.quantiser]);
  readonly options: readonly LossyOptions[] = $derived(
    this.epsilons.map((epsilon) => ({ quantiser: this.quantiser, epsilon })),
  );
  readonly testsOf: ReadonlyMap<NodeId, readonly ModelTest[]> = $derived.by(() =>
    testsByModel(this.session.graph, this.nodes),
  );
  readonly tested: ReadonlySet<NodeId> = $derived.by(() => testedModels(this.testsOf));
  readonly untested: readonly NodeId[] = $derived(this.nodes.filter((id) => !this.tested.has(id)));
  readonly fileBytes: number = $derived.by(() =>
    this.nodes.reduce((sum, id) => sum + (this.session.nodes.get(id)?.summary.sizeBytes ?? 0), 0),
  );

  /** The ε that a person chose of those looked at. */
  get own(): number | undefined {
    const own = this.#own[this.quantiser];
    return own !== undefined && this.epsilons.includes(own) ? own : undefined;
  }

  readonly choose = (epsilon: number): void => {
    this.#own = { ...this.#own, [this.quantiser]: epsilon };
  };

  /** One more ε to look at, which is chosen. */
  readonly add = (epsilon: number): void => {
    const others = this.epsilons.filter((one) => one !== epsilon);
    this.#offer([...others, epsilon].sort((a, b) => a - b));
    this.choose(epsilon);
  };

  readonly remove = (epsilon: number): void => {
    this.#offer(this.epsilons.filter((one) => one !== epsilon));
  };

  #offer(epsilons: readonly number[]): void {
    this.#offered = { ...this.#offered, [this.quantiser]: epsilons };
  }
}
