import { elementCount } from '../../../core/dtype.ts';
import { LineageError } from '../../../core/lineageError.ts';
import type { NodeId } from '../../../core/ids.ts';
import { parentsOf, type Lineage } from '../../../core/lineage/lineage.ts';
import { classAgreement, differencesOf } from '../../../core/modelTests/metrics/agreement.ts';
import { classScores } from '../../../core/modelTests/metrics/classScores.ts';
import type { Metric } from '../../../core/modelTests/modelTest.ts';
import { numbersOf } from '../../../core/network/literal.ts';
import type { Literal, Network } from '../../../core/network/network.ts';
import { sigmoidBehind } from '../../../core/network/sigmoidBehind.ts';
import { typedArguments } from '../../../core/recipe/checkArguments.ts';
import type { Arguments } from '../../../core/recipe/recipe.ts';
import type { Schema } from '../../../core/recipe/schema.ts';
import { feedsOf } from '../feeds.ts';
import type { TestContext, TestFunction } from '../testFunction.ts';
import { unfitForPrediction } from './networkOf.ts';

const id = 'agreement';

const schema = {
  with: {
    is: 'choice',
    default: 'parent',
    options: [
      { value: 'parent', title: 'Its first parent' },
      { value: 'model', title: 'A model by name' },
    ],
    title: 'Compare with',
    help: 'Whose answers count as the right ones.',
  },
  model: {
    is: 'text',
    default: '',
    maxLength: 400,
    title: 'Model',
    help: 'Name or id of the model to compare with.',
    when: { field: 'with', is: ['model'] },
  },
} as const satisfies Schema;

const metric = (
  name: string,
  title: string,
  direction: Metric['direction'],
  value: number,
  unit?: string,
): Metric => ({
  name,
  title,
  direction,
  tolerance: { is: 'absolute', value },
  ...(unit === undefined ? {} : { unit }),
});

/** Whether two models answer alike. */
export const agreement: TestFunction = {
  id,
  version: 1,
  title: 'Agreement with another model',
  summary:
    'How often the model names the same class as another, and how far their outputs are apart.',
  data: 'needed',
  schema,
  metrics: () => [
    metric('agreement', 'Same class', 'max', 0.01, 'share'),
    metric('meanDifference', 'Mean difference', 'min', 1e-3),
    metric('maxDifference', 'Largest difference', 'min', 1e-2),
    metric('divergence', 'Divergence of the classes (KL)', 'min', 0.01),
  ],
  check(given) {
    const args = typedArguments({ id, schema }, given);
    if (args.with === 'model' && args.model.trim() === '')
      throw new LineageError('test-invalid', {
        field: 'arguments.model',
        reason: 'say which model to compare with',
      });
  },
  unfit: unfitForPrediction,
  dependsOn: otherSnapshot,
  async run(context) {
    const args = typedArguments({ id, schema }, context.args);
    const other = await context.other(args.with === 'parent' ? undefined : args.model.trim());
    const [network, theirs] = [await context.model.network(), await other.network()];
    const { prepared } = await context.fed();
    const fed = await context.fed({ model: other, rows: prepared.rows });
    const made = await context.predict(network, feedsOf(network, prepared));
    const reference = await answers(context, theirs, feedsOf(theirs, fed.prepared));
    const { name, own, right } = comparedOutputs(made, reference);
    const of = { name, rows: prepared.count };
    const classes = prepared.targets.get(name)?.use.classes?.length;
    const pair =
      classes === undefined
        ? undefined
        : ([sharesOf(own, network, of, classes), sharesOf(right, theirs, of, classes)] as const);
    return {
      metrics: {
        ...differencesOf(numbersOf(own), numbersOf(right)),
        ...(pair?.[0] === undefined || pair[1] === undefined
          ? {}
          : classAgreement(pair[0], pair[1], classes ?? 1)),
      },
      examples: prepared.count,
    };
  },
};

/** The first output and the one to compare it with: of its name, else the other's first. */
function comparedOutputs(
  made: ReadonlyMap<string, Literal>,
  reference: ReadonlyMap<string, Literal>,
): { readonly name: string; readonly own: Literal; readonly right: Literal } {
  const [name = '', own] = [...made][0] ?? [];
  const right = reference.get(name) ?? [...reference.values()][0];
  if (own === undefined || right === undefined) throw unfit('there is no output');
  if (elementCount(own.shape) !== elementCount(right.shape))
    throw unfit(
      `the outputs have shapes [${own.shape.join(', ')}] and [${right.shape.join(', ')}]: only equal ones are compared`,
    );
  return { name, own, right };
}

/** Class probabilities of an output; undefined for another number of units. */
function sharesOf(
  values: Literal,
  network: Network,
  { name, rows }: { readonly name: string; readonly rows: number },
  classes: number,
): Float64Array | undefined {
  const sigmoid = sigmoidBehind(network, name) !== undefined;
  return classScores(numbersOf(values), new Int32Array(rows), classes, sigmoid)?.probabilities;
}

function answers(context: TestContext, network: Network, inputs: ReadonlyMap<string, Literal>) {
  // Computed where this process always can: the other model is not the one under test.
  return context.predictOn('wasm', network, inputs, 64);
}

/** The content that it is compared with. */
function otherSnapshot(lineage: Lineage, node: NodeId, given: Arguments): string {
  const { with: which, model } = typedArguments({ id, schema }, given);
  const named = model.trim();
  const [parent] = parentsOf(lineage, node, 'provenance');
  const byName = lineage.names.get(named) ?? (named as NodeId);
  const other = which === 'parent' ? parent : byName;
  return (other && lineage.nodes.get(other)?.snapshot) ?? 'nothing';
}

function unfit(reason: string): LineageError {
  return new LineageError('data-unfit', { reason });
}
