import { numbersOf } from '../../core/network/literal.ts';
import type { Network } from '../../core/network/network.ts';
import type { Predictions } from '../../core/ports/compute.ts';

/** Examples that are repeated for a sibling; one where more would take longer than this. */
const fewExamples = 2;
const fewMs = 20;
/** Outputs this many times larger or smaller than those found right are unusual. */
const unusualFactor = 8;
/** Architectures, each with a test, that are remembered. */
const mostKinds = 64;

interface Known {
  /** Largest magnitude by output of the model that was found right. */
  readonly scales: ReadonlyMap<string, number>;
  /** How many were repeated for it, and how long one took. */
  readonly examples: number;
  readonly msPerExample: number;
  siblings: number;
}

/**
 * Which architectures a run of tests found right on the other backend with a whole sample: their other
 * models are checked on few examples, each on the next ones of the sample.
 */
export class SiblingChecks {
  readonly #known = new Map<string, Known>();

  /**
   * The examples of the sample that are enough for this model; undefined where all are needed: for the
   * first of its kind, and where outputs are not finite or of another magnitude.
   */
  few(
    key: string,
    outputs: Predictions,
    count: number,
  ): { readonly start: number; readonly rows: number } | undefined {
    const known = this.#known.get(key);
    if (known === undefined) return undefined;
    for (const [name, scale] of scalesOf(outputs)) {
      const usual = known.scales.get(name) ?? NaN;
      // A NaN on either side fails this too.
      if (!(scale <= usual * unusualFactor && scale * unusualFactor >= usual)) return undefined;
    }
    const rows =
      known.msPerExample * fewExamples > fewMs ? 1 : Math.min(fewExamples, known.examples, count);
    const start = (known.siblings++ * rows) % (count - rows + 1);
    return { start, rows };
  }

  /** The model agreed on `examples` of them, which took `ms`. */
  remember(key: string, outputs: Predictions, examples: number, ms: number): void {
    const msPerExample = ms / Math.max(1, examples);
    this.#known.set(key, { scales: scalesOf(outputs), examples, msPerExample, siblings: 0 });
    const [oldest] = this.#known.keys();
    if (this.#known.size > mostKinds && oldest !== undefined) this.#known.delete(oldest);
  }
}

/** Equal for models whose check for one test says something of each other: same operators, dtypes and shapes. */
export function siblingKey(test: string, backend: string, network: Network): string {
  return JSON.stringify([test, backend, graphText(network)]);
}

/** Equal for networks that differ in nothing but attributes and values: operators, names, dtypes and shapes. */
export function graphText({ nodes, inputs, outputs, initializers }: Network): string {
  const weights = [...initializers].map(([name, { dtype, shape }]) => [name, dtype, shape]);
  const steps = nodes.map((node) => [node.op, node.inputs, node.outputs]);
  return JSON.stringify([inputs, outputs, steps, weights]);
}

/** NaN or infinite where an output is anywhere. */
function scalesOf(outputs: Predictions): Map<string, number> {
  return new Map(
    [...outputs].map(([name, tensor]) => {
      let most = 0;
      for (const value of numbersOf(tensor)) most = Math.max(most, Math.abs(value));
      return [name, Number.isFinite(most) ? most : NaN];
    }),
  );
}
