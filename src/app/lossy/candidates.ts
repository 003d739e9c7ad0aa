import type { LossyOptions, LossyPoint, LossyTest } from '../../core/lossyViews.ts';
import type { Literal } from '../../core/network/network.ts';
import type { Run } from '../../core/ports/run.ts';
import type { DeviceChoice } from '../../core/training/trainJob.ts';
import { withWeights } from '../modelTests/testSubject.ts';
import { compareLossy, type Measured } from './lossyTests.ts';
import type { LossyPorts } from './lossyPorts.ts';
import type { OpenLossy } from './openLossy.ts';
import { deviationOf, stepFor, tryTensor, type TensorTrial } from './tensorTrial.ts';

/** A model with some tensors lossy, in memory. */
export interface Candidate {
  readonly options: LossyOptions;
  readonly trials: readonly TensorTrial[];
  readonly exact: LossyPoint['exactTensors'];
  readonly lossyBytes: number;
}

/** How tensors differ from what the options say: by name. */
export interface Adjustments {
  readonly factors?: ReadonlyMap<string, number>;
  readonly excluded?: ReadonlySet<string>;
}

const none: Adjustments = {};

/** Makes candidates of one model, and judges them. */
export class Candidates {
  readonly open: OpenLossy;
  /** How often the tests were run. */
  runs = 0;
  readonly #ports: LossyPorts;
  readonly #run: Run;
  readonly #deviations = new Map<string, number>();

  constructor(ports: LossyPorts, open: OpenLossy, run: Run) {
    this.#ports = ports;
    this.open = open;
    this.#run = run;
  }

  /** @param near - a candidate of which tensors with the same step are taken over. */
  async make(
    options: LossyOptions,
    { factors, excluded }: Adjustments = none,
    near?: Candidate,
  ): Promise<Candidate> {
    const { open } = this;
    const trials: TensorTrial[] = [];
    const exact = [...open.exact];
    for (const tensor of open.tensors) {
      this.#run.signal.throwIfAborted();
      const { name } = tensor;
      if (excluded?.has(name) === true) {
        exact.push({ name, why: 'a test got worse with it' });
        continue;
      }
      const step = stepFor(options, tensor, await this.#deviation(name), factors?.get(name) ?? 1);
      const known = near?.trials.find((trial) => trial.tensor === tensor && trial.step === step);
      const trial = known ?? (step === undefined ? 'all its numbers are the same' : await tryTensor(this.#ports, open, tensor, options, step)); // prettier-ignore
      if (typeof trial === 'string') exact.push({ name, why: trial });
      else trials.push(trial);
    }
    const saved = trials.reduce((sum, one) => sum + one.tensor.storedBytes - one.lossyBytes, 0);
    return { options, trials, exact, lossyBytes: open.losslessBytes - saved };
  }

  /** Runs the tests on a candidate. */
  async judge(
    candidate: Candidate,
    measured: readonly Measured[],
    device: DeviceChoice | undefined,
  ): Promise<LossyTest[]> {
    this.runs++;
    const subject = withWeights(this.open.original, weightsOf(candidate));
    return (await compareLossy(this.#ports, measured, subject, device, this.#run)).rows;
  }

  async #deviation(name: string): Promise<number> {
    const known = this.#deviations.get(name);
    if (known !== undefined) return known;
    const tensor = this.open.tensors.find((one) => one.name === name);
    const found = tensor === undefined ? 0 : await deviationOf(this.open, tensor);
    this.#deviations.set(name, found);
    return found;
  }
}

/** The lossy tensors by all their names. */
export function weightsOf({ trials }: Candidate): Map<string, Literal> {
  return new Map(
    trials.flatMap(({ tensor: { names, dtype, shape }, bytes }) =>
      names.map((name) => [name, { dtype, shape, bytes }] as const),
    ),
  );
}

/** A candidate as a point of the curve. */
export function pointOf(
  open: OpenLossy,
  { options, trials, exact, lossyBytes }: Candidate,
  tests: readonly LossyTest[],
): LossyPoint {
  const elements = trials.reduce((sum, trial) => sum + trial.elements, 0);
  const errors = trials.reduce((sum, trial) => sum + trial.sumError, 0);
  return {
    options,
    rawBytes: open.rawBytes,
    losslessBytes: open.losslessBytes,
    lossyBytes,
    estimated: false,
    maxError: trials.reduce((most, trial) => Math.max(most, trial.maxError), 0),
    meanError: elements === 0 ? 0 : errors / elements,
    exactTensors: exact,
    tests,
    passes: tests.length === 0 ? undefined : tests.every(({ worse }) => !worse),
  };
}
