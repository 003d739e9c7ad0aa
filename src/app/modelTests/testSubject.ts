import type { ModelTest } from '../../core/modelTests/modelTest.ts';
import type { TestResult } from '../../core/modelTests/testResult.ts';
import type { Literal } from '../../core/network/network.ts';
import type { Run } from '../../core/ports/run.ts';
import type { DeviceChoice } from '../../core/training/trainJob.ts';
import type { ParentModel } from '../create/creationFunction.ts';

/** What a test is run on: a stored model, or one that is only being thought of (a merge's candidate). */
export interface TestSubject {
  /** Its node says how inputs are prepared (by recipe and ancestors) and what it is called. */
  readonly model: ParentModel;
  /** Whether the model is the node's stored content, so that its results are kept. */
  readonly stored: boolean;
}

/** Runs a test on a subject; never rejects for what the model or the test does wrong: that is a verdict. */
export type Judge = (
  test: ModelTest,
  subject: TestSubject,
  options: { readonly device?: DeviceChoice; readonly again?: boolean },
  run: Run,
) => Promise<TestResult>;

/**
 * The model with other values of some tensors, kept in memory: for tests of what is not stored.
 *
 * @param weights - by tensor name; same dtypes and shapes.
 */
export function withWeights(
  model: ParentModel,
  weights: ReadonlyMap<string, Literal>,
): TestSubject {
  return {
    stored: false,
    model: {
      node: model.node,
      tensors: model.tensors,
      network: async () => {
        const network = await model.network();
        const initializers = new Map(network.initializers);
        for (const [name, value] of weights)
          if (initializers.has(name)) initializers.set(name, value);
        return { ...network, initializers };
      },
      values: async (names) => {
        const stored = await model.values(names.filter((name) => !weights.has(name)));
        const own = names.flatMap((name) => {
          const value = weights.get(name);
          return value === undefined ? [] : [[name, value] as const];
        });
        return new Map([...stored, ...own]);
      },
    },
  };
}
