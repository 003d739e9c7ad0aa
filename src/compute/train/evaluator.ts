import { batchAssembler } from '../../core/data/batches.ts';
import type { Examples } from '../../core/data/examples.ts';
import { numbersOf } from '../../core/network/literal.ts';
import type { Network } from '../../core/network/network.ts';
import type { PartMetrics } from '../../core/training/report.ts';
import type { Head } from '../../core/training/settings.ts';
import type { TrainData } from '../../core/training/trainJob.ts';
import type { Held, Runtime, Session } from '../runtime/runtime.ts';
import { cut, headFeeds } from './batchFeeds.ts';
import { evaluationProgram, type EvaluationProgram } from './evaluationProgram.ts';
import { headTally } from './metrics.ts';
import type { LossFeeds } from '../../autograd/training/lossFeeds.ts';

/** What metrics are computed with. */
export interface EvaluatorOptions {
  readonly runtime: Runtime;
  readonly network: Network;
  readonly heads: readonly Head[];
  readonly data: TrainData;
  /** Examples of one run. */
  readonly batch: number;
  /** Initializers that are given as inputs besides those found by their use. */
  readonly weights: readonly string[];
  /** Called between two runs. */
  readonly between: () => Promise<void>;
}

/** Finds a network's metrics on parts of the data, with whatever weights are on the device. */
export class Evaluator {
  readonly #options: EvaluatorOptions;
  readonly #program: EvaluationProgram;
  readonly #session: Session;

  private constructor(options: EvaluatorOptions, program: EvaluationProgram, session: Session) {
    this.#options = options;
    this.#program = program;
    this.#session = session;
  }

  /** @throws LineageError as `evaluationProgram` and `Runtime.open`. */
  static async open(options: EvaluatorOptions): Promise<Evaluator> {
    const { runtime, network, heads, batch, weights } = options;
    const program = evaluationProgram(network, heads, batch, weights);
    return new Evaluator(options, program, await runtime.open(program.network, 'inference'));
  }

  /** Initializers whose values `run` asks for. */
  get weights(): readonly string[] {
    return this.#program.weights.map(({ name }) => name);
  }

  /** Metrics over all examples of a part; the loss is the mean over all that are labelled. */
  async run(part: Examples, weight: (name: string) => Held): Promise<PartMetrics> {
    const { heads, data, between } = this.#options;
    const { batch, outputs } = this.#program;
    const assembler = batchAssembler(data, part);
    const weights = new Map(this.weights.map((name) => [name, weight(name)]));
    const losses = new Array<number>(heads.length).fill(0);
    const tallies = heads.map((head, index) =>
      headTally(head, outputs[index]?.classes ?? 1, data.classes[head.output]),
    );
    // For the whole part at once, so that the batches' losses add up to its mean.
    const rows = Uint32Array.from(
      { length: Math.ceil(part.count / batch) * batch },
      // The last batch is filled up with the first examples, which then weigh nothing.
      (_, at) => at % part.count,
    );
    const targets = batchAssembler({ ...data, inputs: {} }, part).assemble(rows);
    const all = headFeeds(heads, targets, part.count);
    for (let start = 0; start < part.count; start += batch) {
      await between();
      const examples = Math.min(batch, part.count - start);
      const made = assembler.assemble(rows.subarray(start, start + batch));
      const feeds = this.#feeds(made.inputs, all, start / batch, rows.length / batch);
      const found = await this.#outputs(new Map([...weights, ...feeds]), feeds);
      for (const [head, tally] of tallies.entries()) {
        losses[head] = (losses[head] ?? 0) + (found.losses[head] ?? Number.NaN);
        const size = (values: { readonly length: number }) => (values.length / batch) * examples;
        const output = found.outputs[head] ?? new Float32Array(0);
        const right = made.targets.get(heads[head]?.output ?? '') ?? new Float32Array(0);
        tally.add(output.subarray(0, size(output)), right.subarray(0, size(right)));
      }
    }
    return {
      loss: heads.reduce((sum, { weight: share }, at) => sum + share * (losses[at] ?? 0), 0),
      heads: tallies.map((tally, at) => tally.result(losses[at] ?? 0)),
      examples: part.count,
    };
  }

  free(): void {
    this.#session.release();
  }

  #feeds(
    inputs: ReturnType<ReturnType<typeof batchAssembler>['assemble']>['inputs'],
    all: readonly LossFeeds[],
    part: number,
    parts: number,
  ): Map<string, Held> {
    const { runtime } = this.#options;
    return new Map(
      this.#program.feeds.map((feed) => {
        if (feed.is === 'input')
          return [feed.name, runtime.hold(cut(feed, inputs.get(feed.input), 0, 1))];
        if (feed.is === 'target')
          return [feed.name, runtime.hold(cut(feed, all[feed.head]?.targets, part, parts))];
        if (feed.is === 'weights')
          return [feed.name, runtime.hold(cut(feed, all[feed.head]?.weights, part, parts))];
        throw new Error(`evaluation takes no ${feed.is}`);
      }),
    );
  }

  async #outputs(feeds: ReadonlyMap<string, Held>, own: ReadonlyMap<string, Held>) {
    const { losses, outputs } = this.#program;
    let made: ReadonlyMap<string, Held> = new Map();
    try {
      made = await this.#session.run(feeds);
      const read = async (name: string) => {
        const held = made.get(name);
        if (held === undefined) throw new Error(`the graph gives no ${name}`);
        return Float32Array.from(numbersOf(await held.read()));
      };
      return {
        losses: await read(losses),
        outputs: await Promise.all(outputs.map(({ name }) => read(name))),
      };
    } finally {
      for (const held of made.values()) held.free();
      for (const held of own.values()) held.free();
    }
  }
}
