import { LineageError } from '../../core/lineageError.ts';
import { quantise } from '../../core/lossy/quantise.ts';
import { isStepDtype } from '../../core/lossy/steps.ts';
import type { Literal } from '../../core/network/network.ts';
import type { ChunkDerivation } from '../../core/ports/contentStore.ts';
import { typedArguments, type ArgumentsOf } from '../../core/recipe/checkArguments.ts';
import type { Schema } from '../../core/recipe/schema.ts';
import type { CreationFunction, MadeModel, ParentModel } from '../create/creationFunction.ts';
import type { StoredParent } from '../create/parentModel.ts';
import { plural } from '../functions/wording.ts';
import { lossyFunction } from './chooseBase.ts';
import { rowElements } from './tensorTrial.ts';

const schema = {
  quantiser: {
    is: 'choice',
    default: 'per tensor',
    options: [
      { value: 'per tensor', title: 'A step for each tensor' },
      { value: 'mgit', title: 'One step for all (MGit)' },
    ],
    title: 'Quantiser',
    help: 'How steps were chosen.',
  },
  epsilon: {
    is: 'number',
    default: 1e-4,
    min: 0,
    max: 1e6,
    whole: false,
    title: 'ε',
    help: 'Largest error of a weight: absolute for MGit’s quantiser, else relative to the tensor’s standard deviation.',
  },
  tests: {
    is: 'text',
    default: '',
    maxLength: 1_000_000,
    title: 'Tests',
    help: 'The tests that had to stay within their tolerances, as a JSON list of names.',
  },
  steps: {
    is: 'text',
    default: '[]',
    maxLength: 16_000_000,
    title: 'Steps',
    help: 'Tensor by tensor as JSON: [name, step, name of the base’s tensor or null].',
  },
} as const satisfies Schema;

/** A tensor, its step, and the tensor of the base that steps are counted from. */
export type StepChoice = readonly [name: string, step: number, base: string | null];

const invalid = (reason: string): LineageError =>
  new LineageError('recipe-invalid', { function: lossyFunction, field: 'steps', reason });

/**
 * Holds a model's weights in whole steps: parents are the original and the model that steps are counted from,
 * where there is one. What is lossy, and whether the tests allow it, app/lossy decides; this does it.
 */
export const lossy: CreationFunction = {
  id: lossyFunction,
  version: 1,
  title: 'Lossy',
  summary:
    'Rounds the weights to steps, so that they take a fraction of the space; made only where every test stays within its tolerance.',
  scenario: 'edge',
  parents: { min: 1, max: 2, role: 'base' },
  data: { min: 0, max: 0 },
  schema,
  unfit: () => Promise.resolve(undefined),

  plan({ parents, args }) {
    const choices = choicesOf(typedArguments({ id: lossyFunction, schema }, args));
    return Promise.resolve({
      steps: [`Round the numbers of ${plural(choices.length, 'tensor')} to steps.`],
      models: [lossyName(parents)],
      warnings: [],
      jobs: 0,
    });
  },

  async make({ parents, args, environment, run }) {
    const choices = choicesOf(typedArguments({ id: lossyFunction, schema }, args));
    const [original, base] = parents;
    if (original === undefined) throw new Error('a lossy model of nothing');
    const tensors = new Map<string, Literal>();
    const told = new Map<string, (chunk: number) => readonly ChunkDerivation[]>();
    for (const choice of choices) {
      run.signal.throwIfAborted();
      const [name, step, from] = choice;
      const value = await valueOf(original, name);
      if (!isStepDtype(value.dtype)) throw invalid(`${name} has no floats`);
      const counted = from === null ? undefined : await counterpart(base, from, value);
      const order = { dtype: value.dtype, bytes: value.bytes, step };
      const { bytes } = quantise(counted === undefined ? order : { ...order, base: counted.bytes });
      tensors.set(name, { ...value, bytes });
      told.set(name, derivationsOf(value, step, base, from));
    }
    return [{ ...madeModel(parents, tensors), environment, told }];
  },
};

function madeModel(
  parents: readonly ParentModel[],
  tensors: ReadonlyMap<string, Literal>,
): Pick<MadeModel, 'name' | 'file' | 'parents'> {
  const [original] = parents;
  if (original === undefined) throw new Error('a lossy model of nothing');
  return {
    name: lossyName(parents),
    file: { is: 'weights', of: original, tensors },
    parents: parents.map(({ node }) => ({ from: { node: node.id }, role: 'base' })),
  };
}

function lossyName([original]: readonly ParentModel[]): string {
  return `${original?.node.name ?? 'model'} (lossy)`;
}

async function valueOf(parent: ParentModel, name: string): Promise<Literal> {
  const value = (await parent.values([name])).get(name);
  if (value === undefined) throw invalid(`${parent.node.name} has no ${name}`);
  return value;
}

async function counterpart(
  base: ParentModel | undefined,
  name: string,
  { dtype, bytes }: Literal,
): Promise<Literal> {
  if (base === undefined) throw invalid(`there is no model to take ${name} from`);
  const value = await valueOf(base, name);
  if (value.dtype !== dtype || value.bytes.length !== bytes.length)
    throw invalid(`${name} of ${base.node.name} has another shape or type`);
  return value;
}

/** How the chunks of a tensor follow from those of the base's. */
function derivationsOf(
  { dtype, shape }: Literal,
  step: number,
  base: ParentModel | undefined,
  from: string | null,
): (chunk: number) => readonly ChunkDerivation[] {
  if (!isStepDtype(dtype)) return () => [];
  const derivation = { is: 'steps', dtype, step, rowElements: rowElements(shape) } as const;
  if (from === null) return () => [{ derivation, bases: [] }];
  const stored = base !== undefined && 'stored' in base ? (base as StoredParent).stored : undefined;
  const entry = stored?.skeleton.tensors.find(({ name }) => name === from);
  const chunks = stored?.manifest.payloads[entry?.payload ?? -1]?.chunks ?? [];
  return (chunk) => {
    const id = chunks[chunk];
    return id === undefined ? [] : [{ derivation, bases: [id] }];
  };
}

function choicesOf({ steps }: ArgumentsOf<typeof schema>): readonly StepChoice[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(steps);
  } catch {
    throw invalid('it is not JSON');
  }
  if (!Array.isArray(parsed) || !parsed.every(isChoice)) throw invalid('it is not a list of steps');
  return parsed;
}

function isChoice(value: unknown): value is StepChoice {
  if (!Array.isArray(value) || value.length !== 3) return false;
  const [name, step, base] = value as unknown[];
  const isStep = typeof step === 'number' && step > 0 && Number.isFinite(step);
  return typeof name === 'string' && isStep && (base === null || typeof base === 'string');
}
