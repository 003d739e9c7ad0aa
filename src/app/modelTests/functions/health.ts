import { isFloat } from '../../../core/dtype.ts';
import { halfMax, healthOf, type HealthCount } from '../../../core/modelTests/metrics/health.ts';
import type { Metric } from '../../../core/modelTests/modelTest.ts';
import { numbersOf } from '../../../core/network/literal.ts';
import type { Literal, OpNode } from '../../../core/network/network.ts';
import { typedArguments } from '../../../core/recipe/checkArguments.ts';
import type { Schema } from '../../../core/recipe/schema.ts';
import { feedsOf } from '../feeds.ts';
import type { TestContext, TestFunction } from '../testFunction.ts';
import { exposed } from './exposed.ts';

const id = 'health';

const schema = {
  examples: {
    is: 'number',
    default: 16,
    min: 1,
    max: 1024,
    whole: true,
    title: 'Examples',
    help: 'On how many examples of the data the values inside the model are looked at.',
  },
} as const satisfies Schema;

const count = (name: string, title: string): Metric => ({
  name,
  title,
  direction: 'min',
  tolerance: { is: 'absolute', value: 0 },
});

const range = (name: string, title: string): Metric => ({
  name,
  title,
  direction: 'min',
  tolerance: { is: 'relative', value: 1 },
});

/** Numbers that a model should not have, in its weights and, with data, inside it while it computes. */
export const health: TestFunction = {
  id,
  version: 1,
  title: 'Numerical health',
  summary:
    'Looks for NaN, infinite and vanishing numbers in the weights; with data also inside the model as it computes, and for values that half precision (fp16) cannot hold.',
  data: 'optional',
  schema,
  metrics: () => [
    count('nonFinite', 'NaN or infinite weights'),
    count('denormal', 'Vanishing weights (denormal)'),
    range('largestWeight', 'Largest weight'),
    count('overflowing', 'Layers beyond fp16'),
    count('nonFiniteActivations', 'NaN or infinite values inside'),
    range('largestActivation', 'Largest value inside'),
  ],
  unfit: () => Promise.resolve(undefined),
  async run(context) {
    const weights = await weightHealth(context);
    if (context.test.data === undefined)
      return { metrics: weights.metrics, details: { findings: weights.findings } };
    const { examples } = typedArguments({ id, schema }, context.args);
    const inside = await activationHealth(context, examples);
    return {
      metrics: { ...weights.metrics, ...inside.metrics },
      details: { findings: [...weights.findings, ...inside.findings] },
      examples: inside.examples,
    };
  },
};

async function weightHealth({ model, run }: TestContext) {
  const findings: string[] = [];
  let [nonFinite, denormal, largestWeight] = [0, 0, 0];
  for (const { name, dtype, payload } of model.tensors) {
    if (!isFloat(dtype) || payload === undefined) continue;
    run.signal.throwIfAborted();
    const tensor = (await model.values([name])).get(name);
    if (tensor === undefined) continue;
    const found = healthOf(numbersOf(tensor), dtype);
    nonFinite += found.nan + found.infinite;
    denormal += found.denormal;
    largestWeight = Math.max(largestWeight, found.largest);
    if (found.nan + found.infinite > 0) findings.push(`${name}: ${badWords(found)}`);
    if (found.largest > halfMax)
      findings.push(`${name}: ${brief(found.largest)} is beyond fp16's 65,504`);
  }
  return { metrics: { nonFinite, denormal, largestWeight }, findings };
}

async function activationHealth(context: TestContext, examples: number) {
  const network = await context.model.network();
  const { prepared } = await context.fed();
  const inputs = feedsOf(network, prepared, examples);
  // As it is first, so that the sample is repeated on the other backend.
  await context.predict(network, inputs);
  const rows = Math.min(examples, prepared.count);
  const made = await context.predictOn('wasm', exposed(network), inputs, rows, true);
  const findings: string[] = [];
  let [overflowing, nonFiniteActivations, largestActivation] = [0, 0, 0];
  for (const node of network.nodes) {
    const found = node.outputs.flatMap((name) => floatHealth(made.get(name)));
    const [largest, bad] = [
      Math.max(0, ...found.map((each) => each.largest)),
      found.reduce((sum, { nan, infinite }) => sum + nan + infinite, 0),
    ];
    largestActivation = Math.max(largestActivation, largest);
    nonFiniteActivations += bad;
    if (largest > halfMax) overflowing++;
    if (bad > 0) findings.push(`${nodeName(node)}: ${found.map(badWords).join(', ')}`);
    else if (largest > halfMax)
      findings.push(`${nodeName(node)}: up to ${brief(largest)}, beyond fp16's 65,504`);
  }
  return {
    metrics: { overflowing, nonFiniteActivations, largestActivation },
    findings,
    examples: rows,
  };
}

function floatHealth(tensor: Literal | undefined): HealthCount[] {
  if (tensor === undefined || !isFloat(tensor.dtype)) return [];
  return [healthOf(numbersOf(tensor), tensor.dtype)];
}

function nodeName({ name, op, outputs }: OpNode): string {
  return name === '' ? `${op} → ${outputs[0] ?? ''}` : `${name} (${op})`;
}

function badWords({ nan, infinite, elements }: HealthCount): string {
  const words = [
    ...(nan > 0 ? [`${nan} NaN`] : []),
    ...(infinite > 0 ? [`${infinite} infinite`] : []),
  ];
  return `${words.join(' and ')} of ${elements}`;
}

function brief(value: number): string {
  return String(Number(value.toPrecision(4)));
}
