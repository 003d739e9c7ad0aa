import type { Prediction, TryInput, TryInputView, TryView } from '../../core/creationViews.ts';
import { guessPreprocessing } from '../../core/data/guessPreprocessing.ts';
import { prepareInput } from '../../core/data/prepareInput.ts';
import { elementCount, tensorBytes } from '../../core/dtype.ts';
import type { NodeId } from '../../core/ids.ts';
import { isLineageError, LineageError } from '../../core/lineageError.ts';
import { isWritable, literal, numbersOf } from '../../core/network/literal.ts';
import type { Literal, Network, ValueInfo } from '../../core/network/network.ts';
import { sigmoidBehind } from '../../core/network/sigmoidBehind.ts';
import type { Run } from '../../core/ports/run.ts';
import type { CreatePorts } from './createPorts.ts';
import { parentModel } from './parentModel.ts';
import { recipeUse } from './recipeData.ts';

/** Values of an output that are sent to the page. */
const mostValues = 10_000;

/** What a model takes when it is tried. @throws LineageError `node-missing`, `snapshot-missing`. */
export async function tryView(ports: CreatePorts, id: NodeId, run: Run): Promise<TryView> {
  const model = await parentModel(ports, id, run);
  try {
    const network = await model.network();
    return { inputs: await inputViews(ports, id, network) };
  } catch (error) {
    if (!isLineageError(error, 'network-unsupported')) throw error;
    return { inputs: [], unfit: error.data.reason };
  }
}

async function inputViews(
  ports: CreatePorts,
  id: NodeId,
  network: Network,
): Promise<TryInputView[]> {
  const lineage = await ports.session.lineage();
  const names = network.inputs.map((input) => input.name);
  const found = recipeUse(lineage, id, names);
  return network.inputs.map((input) => {
    const known = found?.use.inputs[input.name];
    return {
      name: input.name,
      shape: input.shape,
      preprocessing: known ?? guessPreprocessing(input),
      from: known === undefined || found === undefined ? 'guess' : found.from,
    };
  });
}

/**
 * Runs models on one input, each with its own preprocessing. An input that is not given is all zeros: the
 * state of a recurrent model, say.
 *
 * @throws LineageError `data-unfit` for an input of another kind; `network-unsupported`, `compute-failed`.
 */
export async function predictModels(
  ports: CreatePorts,
  ids: readonly NodeId[],
  inputs: Readonly<Record<string, TryInput>>,
  run: Run,
): Promise<Prediction[]> {
  const predictions: Prediction[] = [];
  for (const id of ids) {
    run.signal.throwIfAborted();
    predictions.push(await predictOne(ports, id, inputs, run));
  }
  return predictions;
}

async function predictOne(
  ports: CreatePorts,
  id: NodeId,
  given: Readonly<Record<string, TryInput>>,
  run: Run,
): Promise<Prediction> {
  const model = await parentModel(ports, id, run);
  const network = await model.network();
  const views = await inputViews(ports, id, network);
  const inputs = new Map<string, Literal>();
  for (const [index, info] of network.inputs.entries()) {
    const view = views[index];
    const input = given[info.name] ?? (index === 0 ? Object.values(given)[0] : undefined);
    inputs.set(
      info.name,
      input === undefined || view === undefined
        ? zeros(info)
        : shaped(info, prepareInput(view.preprocessing, input)),
    );
  }
  const started = ports.now();
  const outputs = await ports.compute.predict(
    // One example: a GPU would take longer to be asked than the CPU to answer.
    { network, inputs, device: 'wasm', batch: 1 },
    run.signal,
  );
  const ms = ports.now() - started;
  const use = recipeUse(await ports.session.lineage(), id, [...inputs.keys()])?.use;
  return {
    node: id,
    outputs: [...outputs].map(([name, value]) =>
      outputOf(
        name,
        value,
        use?.targets[name]?.classes,
        sigmoidBehind(network, name) !== undefined,
      ),
    ),
    ms,
    backend: 'wasm',
  };
}

function zeros({ dtype, shape }: ValueInfo): Literal {
  const extents = shape.map((extent) => (typeof extent === 'number' ? extent : 1));
  return { dtype, shape: extents, bytes: new Uint8Array(tensorBytes(dtype, extents)) };
}

/**
 * A prepared example as a batch of one, in the network's own dtype and shape.
 *
 * @throws LineageError `data-unfit` for another number of values; `network-unsupported` for a dtype that
 *   no input is made in.
 */
function shaped(info: ValueInfo, example: Literal): Literal {
  const extents = extentsOf(info, example.shape);
  const count = elementCount(example.shape);
  if (elementCount(extents) !== count)
    throw new LineageError('data-unfit', {
      reason: `the input ${info.name} takes ${elementCount(extents)} numbers, and ${count} were given`,
    });
  const shape = [1, ...extents];
  if (info.dtype === example.dtype) return { ...example, shape };
  if (!isWritable(info.dtype))
    throw new LineageError('network-unsupported', {
      node: info.name,
      reason: `inputs of type ${info.dtype} cannot be given here`,
    });
  return literal(info.dtype, shape, numbersOf(example));
}

/** The extents of one example: those the network states, and the example's where it leaves them open. */
function extentsOf({ shape }: ValueInfo, example: readonly number[]): readonly number[] {
  const stated = shape.slice(1);
  if (stated.length !== example.length && stated.every((extent) => typeof extent === 'number'))
    return stated;
  return example.map((extent, axis) => {
    const wanted = stated[axis];
    return typeof wanted === 'number' ? wanted : extent;
  });
}

function outputOf(
  name: string,
  value: Literal,
  classes: readonly string[] | undefined,
  isProbability: boolean,
): Prediction['outputs'][number] {
  const numbers = numbersOf(value);
  const output = {
    name,
    shape: value.shape,
    values: [...numbers.subarray(0, mostValues)],
    count: numbers.length,
  };
  const shares = classes && sharesOf(numbers, classes.length, isProbability);
  if (classes === undefined || shares === undefined) return output;
  return {
    ...output,
    classes: classes.map((each, index) => ({ name: each, probability: shares[index] as number })),
  };
}

/** How likely each class is, the second of two by one unit; undefined for another number of units. */
function sharesOf(
  values: Float64Array,
  classes: number,
  isProbability: boolean,
): Float64Array | undefined {
  if (values.length === classes) return probabilities(values);
  const [value] = values;
  if (classes !== 2 || value === undefined || values.length !== 1) return undefined;
  const yes = isProbability ? value : 1 / (1 + Math.exp(-value));
  return Float64Array.of(1 - yes, yes);
}

/** The values if they are shares of one already, else their softmax. */
function probabilities(values: Float64Array): Float64Array {
  const sum = values.reduce((total, value) => total + value, 0);
  if (Math.abs(sum - 1) < 1e-3 && values.every((value) => value >= 0)) return values;
  const largest = values.reduce((most, value) => Math.max(most, value), -Infinity);
  const powers = values.map((value) => Math.exp(value - largest));
  const total = powers.reduce((all, power) => all + power, 0);
  return powers.map((power) => power / total);
}
