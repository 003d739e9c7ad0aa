import { guessPreprocessing } from '../../../core/data/guessPreprocessing.ts';
import { prepareInput } from '../../../core/data/prepareInput.ts';
import { elementCount } from '../../../core/dtype.ts';
import { LineageError } from '../../../core/lineageError.ts';
import { readExamples, type HandExample } from '../../../core/modelTests/handExamples.ts';
import { classScores } from '../../../core/modelTests/metrics/classScores.ts';
import { isWritable, literal, numbersOf } from '../../../core/network/literal.ts';
import type { Literal, Network, ValueInfo } from '../../../core/network/network.ts';
import { sigmoidBehind } from '../../../core/network/sigmoidBehind.ts';
import { typedArguments } from '../../../core/recipe/checkArguments.ts';
import type { Schema } from '../../../core/recipe/schema.ts';
import type { TestFunction } from '../testFunction.ts';
import { unfitForPrediction } from './networkOf.ts';

const id = 'examples';

const schema = {
  examples: {
    is: 'text',
    default: '[{"input": "a text, or numbers", "expect": "a class"}]',
    maxLength: 200_000,
    title: 'Examples',
    help: 'JSON: a list of {input, expect, tolerance?}. The input is a text or a list of numbers; what is expected is a class by name, or numbers, each right within the tolerance (0.001 unless given).',
  },
} as const satisfies Schema;

/** Input-output pairs that a person wrote by hand. */
export const examples: TestFunction = {
  id,
  version: 1,
  title: 'Examples by hand',
  summary: 'Inputs with the answers that you expect, written by hand: each must come out right.',
  data: 'none',
  schema,
  metrics: () => [
    {
      name: 'right',
      title: 'Right answers',
      direction: 'max',
      tolerance: { is: 'absolute', value: 0 },
      unit: 'share',
    },
    {
      name: 'wrong',
      title: 'Wrong answers',
      direction: 'min',
      tolerance: { is: 'absolute', value: 0 },
    },
  ],
  check(given) {
    readExamples(typedArguments({ id, schema }, given).examples);
  },
  unfit: unfitForPrediction,
  async run(context) {
    const cases = readExamples(typedArguments({ id, schema }, context.args).examples);
    const network = await context.model.network();
    const known = await context.knownUse();
    const findings: string[] = [];
    for (const [at, each] of cases.entries()) {
      const inputs = inputsOf(network, each, (info) => known?.inputs[info.name]);
      const outputs = await context.predict(network, inputs);
      const [name, output] = [...outputs][0] ?? [];
      if (name === undefined || output === undefined)
        throw new LineageError('data-unfit', { reason: 'the model gives no output' });
      const isProbability = sigmoidBehind(network, name) !== undefined;
      const wrong = mistake(each, numbersOf(output), known?.targets[name]?.classes, isProbability);
      if (wrong !== undefined) findings.push(`Example ${at + 1}: ${wrong}`);
    }
    return {
      metrics: {
        right: (cases.length - findings.length) / cases.length,
        wrong: findings.length,
      },
      examples: cases.length,
      details: { findings },
    };
  },
};

function inputsOf(
  network: Network,
  { input }: HandExample,
  preprocessingOf: (info: ValueInfo) => Parameters<typeof prepareInput>[0] | undefined,
): Map<string, Literal> {
  return new Map(
    network.inputs.map((info, at) => {
      const given = input.get(info.name) ?? (at === 0 ? input.get('') : undefined);
      if (given === undefined)
        throw new LineageError('data-unfit', { reason: `an example gives no "${info.name}"` });
      const preprocessing = preprocessingOf(info) ?? guessPreprocessing(info);
      const example = prepareInput(
        preprocessing,
        typeof given === 'string' ? { is: 'text', text: given } : { is: 'numbers', values: given },
      );
      return [info.name, shaped(info, example)];
    }),
  );
}

/** An example as a batch of one, in the network's own dtype and shape. */
function shaped({ name, dtype, shape }: ValueInfo, example: Literal): Literal {
  const stated = shape.slice(1).filter((extent) => typeof extent === 'number');
  const own = stated.length === shape.length - 1 ? stated : example.shape;
  if (elementCount(own) !== elementCount(example.shape))
    throw new LineageError('data-unfit', {
      reason: `the input ${name} takes ${elementCount(own)} numbers, and an example gives ${elementCount(example.shape)}`,
    });
  if (dtype === example.dtype) return { ...example, shape: [1, ...own] };
  if (!isWritable(dtype))
    throw new LineageError('network-unsupported', {
      node: name,
      reason: `inputs of type ${dtype} cannot be given here`,
    });
  return literal(dtype, [1, ...own], numbersOf(example));
}

/** What is wrong about an answer; undefined where it is right. */
function mistake(
  { expect, tolerance }: HandExample,
  output: Float64Array,
  classes: readonly string[] | undefined,
  isProbability: boolean,
): string | undefined {
  if (typeof expect === 'string') return wrongClass(expect, output, classes, isProbability);
  if (expect.length !== output.length)
    return `${output.length} numbers came out, and ${expect.length} were expected`;
  const off = expect.findIndex(
    (value, at) => !(Math.abs((output[at] as number) - value) <= tolerance),
  );
  if (off < 0) return undefined;
  return `${brief(output[off])} came out at ${off + 1}, and ${brief(expect[off])} was expected`;
}

function wrongClass(
  expect: string,
  output: Float64Array,
  known: readonly string[] | undefined,
  isProbability: boolean,
): string | undefined {
  const count = output.length === 1 ? 2 : output.length;
  // Where no recipe names the classes, they go by their number.
  const classes =
    known?.length === count ? known : Array.from({ length: count }, (_, at) => String(at));
  const scores = classScores(output, Int32Array.of(0), count, isProbability);
  const shares = scores?.probabilities ?? new Float64Array(0);
  const best = shares.indexOf(shares.reduce((a, b) => Math.max(a, b), -Infinity));
  const found = classes[best] ?? 'no class';
  if (found === expect) return undefined;
  const unknown = classes.includes(expect)
    ? ''
    : `, which is none of its classes (${classes.slice(0, 8).join(', ')})`;
  return `"${found}" came out, and "${expect}" was expected${unknown}`;
}

function brief(value: number | undefined): string {
  return String(Number((value ?? NaN).toPrecision(6)));
}
