import type { LossyOptions, LossyOrder, LossyTest } from '../../core/lossyViews.ts';
import type { Candidate, Candidates } from './candidates.ts';
import type { Measured } from './lossyTests.ts';

/** A candidate and what the tests say of it. */
export interface Judged {
  readonly candidate: Candidate;
  readonly tests: readonly LossyTest[];
}

/** Times ε is halved at most: to a sixty-five-thousandth. */
const mostHalvings = 16;
/** A tensor's step grows to this many times what the options say. */
const mostFactor = 16;
const usualRuns = 24;

const passes = ({ tests }: Judged): boolean => tests.every(({ worse }) => !worse);

/**
 * The smallest candidate with which no test is worse than its tolerance, as the order says where to look.
 *
 * @returns the last that was tried where none is found.
 */
export async function searchLossy(
  candidates: Candidates,
  measured: readonly Measured[],
  order: LossyOrder,
): Promise<Judged> {
  const search = new Search(candidates, measured, order);
  const first = await search.judged(await candidates.make(optionsOf(order)));
  const found = passes(first) ? first : await search.repaired(first);
  return passes(found) && order.refine === true ? search.refined(found) : found;
}

/** The options of an order alone. */
export function optionsOf({ quantiser, epsilon }: LossyOptions): LossyOptions {
  return { quantiser, epsilon };
}

class Search {
  readonly #candidates: Candidates;
  readonly #measured: readonly Measured[];
  readonly #order: LossyOrder;

  constructor(candidates: Candidates, measured: readonly Measured[], order: LossyOrder) {
    this.#candidates = candidates;
    this.#measured = measured;
    this.#order = order;
  }

  async judged(candidate: Candidate): Promise<Judged> {
    const tests = await this.#candidates.judge(candidate, this.#measured, this.#order.device);
    return { candidate, tests };
  }

  repaired(failed: Judged): Promise<Judged> {
    switch (this.#order.ifWorse ?? 'exclude') {
      case 'reject':
        return Promise.resolve(failed);
      case 'smaller':
        return this.#smaller(failed);
      case 'exclude':
        return this.#excluding(failed);
    }
  }

  /** The largest of ε / 2, ε / 4, … that passes, by bisection: tests get worse with ε, about. */
  async #smaller(failed: Judged): Promise<Judged> {
    const { epsilon } = this.#order;
    return this.#fewest(failed, mostHalvings, (halvings) =>
      this.#candidates.make({ ...optionsOf(this.#order), epsilon: epsilon / 2 ** halvings }),
    );
  }

  /**
   * Leaves out as few tensors as will do, by halves: of tensors with which a test gets worse, one half is
   * tried and then the other, those first that save most for their error. What the runs do not reach is left
   * out too.
   */
  async #excluding(failed: Judged): Promise<Judged> {
    const names = failed.candidate.trials
      .map((trial) => ({
        name: trial.tensor.name,
        worth: (trial.tensor.storedBytes - trial.lossyBytes) / (trial.sumError || Number.MIN_VALUE),
      }))
      .sort((a, b) => b.worth - a.worth)
      .map(({ name }) => name);
    const lossy = new Set<string>();
    let best = failed;
    const halves = async (some: readonly string[]): Promise<void> => {
      const middle = Math.ceil(some.length / 2);
      for (const half of [some.slice(0, middle), some.slice(middle)]) {
        if (half.length === 0 || !this.#mayRun()) continue;
        const kept = new Set([...lossy, ...half]);
        const excluded = new Set(names.filter((name) => !kept.has(name)));
        const made = await this.#candidates.make(
          optionsOf(this.#order),
          { excluded },
          failed.candidate,
        );
        const judged = await this.judged(made);
        if (passes(judged)) {
          best = judged;
          for (const name of half) lossy.add(name);
        } else if (half.length > 1) await halves(half);
      }
    };
    if (names.length > 1) await halves(names);
    return best;
  }

  /** The candidate of the smallest number from 1 to `most` that passes, if the largest does. */
  async #fewest(
    failed: Judged,
    most: number,
    make: (count: number) => Promise<Candidate>,
  ): Promise<Judged> {
    if (most < 1 || !this.#mayRun()) return failed;
    let best = await this.judged(await make(most));
    if (!passes(best)) return best;
    let [low, high] = [0, most];
    while (high - low > 1 && this.#mayRun()) {
      const middle = Math.floor((low + high) / 2);
      const tried = await this.judged(await make(middle));
      if (passes(tried)) [best, high] = [tried, middle];
      else low = middle;
    }
    return best;
  }

  #mayRun(): boolean {
    return this.#candidates.runs < (this.#order.mostRuns ?? usualRuns);
  }

  /** Doubles the steps of single tensors, those that take most first, while the tests stay within. */
  async refined(found: Judged): Promise<Judged> {
    let best = found;
    const excluded = new Set(
      this.#candidates.open.tensors
        .map(({ name }) => name)
        .filter((name) => !found.candidate.trials.some((trial) => trial.tensor.name === name)),
    );
    const factors = new Map<string, number>();
    const names = [...found.candidate.trials]
      .sort((a, b) => b.lossyBytes - a.lossyBytes)
      .map(({ tensor }) => tensor.name);
    for (const name of names)
      for (let factor = 2; factor <= mostFactor && this.#mayRun(); factor *= 2) {
        const tried = new Map([...factors, [name, factor]]);
        const candidate = await this.#candidates.make(
          found.candidate.options,
          { factors: tried, excluded },
          best.candidate,
        );
        const judged = await this.judged(candidate);
        if (!passes(judged) || candidate.lossyBytes >= best.candidate.lossyBytes) break;
        best = judged;
        factors.set(name, factor);
      }
    return best;
  }
}
