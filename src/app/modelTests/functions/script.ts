import { LineageError } from '../../../core/lineageError.ts';
import { readMetrics, readValues } from '../../../core/modelTests/scriptMetrics.ts';
import { numbersOf } from '../../../core/network/literal.ts';
import type { Literal } from '../../../core/network/network.ts';
import { typedArguments } from '../../../core/recipe/checkArguments.ts';
import type { Json } from '../../../core/recipe/recipe.ts';
import type { Schema } from '../../../core/recipe/schema.ts';
import { feedsOf } from '../feeds.ts';
import type { FedData, TestFunction } from '../testFunction.ts';
import { unfitForPrediction } from './networkOf.ts';

const id = 'script';

const schema = {
  script: {
    is: 'text',
    default:
      'return { value: mean(predictions) };\n\nfunction mean(rows) {\n  return rows.flat().reduce((sum, x) => sum + x, 0) / rows.flat().length;\n}',
    maxLength: 100_000,
    title: 'Script',
    help: 'JavaScript, the body of a function of predictions, targets, classes, outputs and model; it returns metrics by name, and may log(…). Without clock, chance, storage or network.',
  },
  metrics: {
    is: 'text',
    default: 'value max 0.01',
    maxLength: 4000,
    title: 'Metrics',
    help: 'One a line: its name, whether the most (max), the least (min) or the same (equal) is better, and how much worse it may get, absolute or in %: “loss min 2 %”.',
  },
  seconds: {
    is: 'number',
    default: 2,
    min: 0.1,
    max: 30,
    whole: false,
    unit: 's',
    advanced: true,
    title: 'Time',
    help: 'After this time the script is stopped.',
  },
  megabytes: {
    is: 'number',
    default: 64,
    min: 8,
    max: 512,
    whole: true,
    unit: 'MB',
    advanced: true,
    title: 'Memory',
    help: 'When it needs more, the script is stopped.',
  },
} as const satisfies Schema;

/** A test that a person wrote, in a sandbox. */
export const script: TestFunction = {
  id,
  version: 1,
  title: 'Your own script',
  summary: 'JavaScript of your own that turns predictions into metrics, in a sandbox.',
  data: 'optional',
  schema,
  metrics: (given) => readMetrics(typedArguments({ id, schema }, given).metrics),
  check(given) {
    const args = typedArguments({ id, schema }, given);
    readMetrics(args.metrics);
    if (args.script.trim() === '')
      throw new LineageError('test-invalid', {
        field: 'arguments.script',
        reason: 'write a script',
      });
  },
  unfit: () => Promise.resolve(undefined),
  async run(context) {
    const {
      script: body,
      metrics,
      seconds,
      megabytes,
    } = typedArguments({ id, schema }, context.args);
    const { node } = context.model;
    const model: Json = {
      name: node.name,
      tags: node.tags,
      parameters: node.summary.parameterCount,
      bytes: node.summary.sizeBytes,
    };
    let globals: Record<string, Json> = { predictions: [], targets: [], classes: [], outputs: {} };
    let fed: FedData | undefined;
    if (context.test.data !== undefined) {
      const unfit = await unfitForPrediction(context.model);
      if (unfit !== undefined) throw new LineageError('data-unfit', { reason: unfit });
      fed = await context.fed();
      const network = await context.model.network();
      const made = await context.predict(network, feedsOf(network, fed.prepared));
      globals = predicted(made, fed);
    }
    const { value, log } = await context.script({
      script: body,
      globals: { ...globals, model },
      timeMs: seconds * 1000,
      memoryBytes: megabytes * 1024 ** 2,
    });
    return {
      metrics: readValues(value, readMetrics(metrics)),
      details: { log },
      ...(fed === undefined ? {} : { examples: fed.prepared.count }),
    };
  },
};

/** Outputs and targets as lists of rows; `predictions` and `targets` are of the first output with a target. */
function predicted(
  made: ReadonlyMap<string, Literal>,
  { prepared }: FedData,
): Record<string, Json> {
  const outputs = Object.fromEntries(
    [...made].map(([name, value]) => [name, rowsOf(value, prepared.count)]),
  );
  const [name, head] = [...prepared.targets][0] ?? [];
  const first = name ?? Object.keys(outputs)[0] ?? '';
  const { classes } = head?.use ?? {};
  return {
    predictions: outputs[first] ?? [],
    targets: [...(head?.values ?? [])].map((value) => targetOf(value, classes)),
    classes: classes ?? [],
    outputs,
  };
}

/** A class by name, a number as it is; null where there is none. */
function targetOf(value: number, classes: readonly string[] | undefined): Json {
  if (classes !== undefined) return classes[value] ?? null;
  return Number.isNaN(value) ? null : value;
}

/** JSON has no NaN: a script sees null. */
function rowsOf(value: Literal, count: number): Json {
  const numbers = numbersOf(value);
  const size = numbers.length / count;
  if (!Number.isInteger(size)) return [...numbers];
  return Array.from({ length: count }, (_, row) => [
    ...numbers.subarray(row * size, (row + 1) * size),
  ]);
}
