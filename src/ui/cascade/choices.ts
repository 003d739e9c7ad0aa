import type { CascadeChoice, CascadeOrder } from '../../core/cascadeViews.ts';
import type { NodeId } from '../../core/ids.ts';

/** What a person answered for models of a plan; models of one item are answered together. */
export class Choices {
  readonly #answers: ReadonlyMap<NodeId, CascadeChoice>;
  readonly #together: ReadonlyMap<NodeId, readonly NodeId[]>;

  constructor(
    answers: ReadonlyMap<NodeId, CascadeChoice> = new Map(),
    together: ReadonlyMap<NodeId, readonly NodeId[]> = new Map(),
  ) {
    this.#answers = answers;
    this.#together = together;
  }

  get size(): number {
    return this.#answers.size;
  }

  has(node: NodeId): boolean {
    return this.#answers.has(node);
  }

  with(nodes: readonly NodeId[], choice: CascadeChoice): Choices {
    const [answers, together] = [new Map(this.#answers), new Map(this.#together)];
    for (const node of nodes) {
      answers.set(node, choice);
      together.set(node, nodes);
    }
    return new Choices(answers, together);
  }

  /** Without the answers for these models and for those answered with them. */
  without(nodes: readonly NodeId[]): Choices {
    const answers = new Map(this.#answers);
    for (const node of nodes)
      for (const other of this.#together.get(node) ?? [node]) answers.delete(other);
    return new Choices(answers, this.#together);
  }

  /** As an order has them. */
  toOrder(): NonNullable<CascadeOrder['choices']> {
    return Object.fromEntries(this.#answers);
  }
}
