import type { Dtype } from '../core/dtype.ts';
import { elementCount, isFloat } from '../core/dtype.ts';
import { literal } from '../core/network/literal.ts';
import type { Literal, Network, OpNode, ValueInfo } from '../core/network/network.ts';
import { evaluate } from './evaluate/evaluate.ts';
import { ndArray, type NdArray } from './evaluate/ndArray.ts';
import { GraphBuilder, type Attributes } from './graphBuilder.ts';
import { gradients } from './gradients/gradients.ts';
import { lower } from './lower/lower.ts';
import type { LoweringOptions } from './lower/lowering.ts';
import { refuseOffGpu } from './webGpuOperators.fixture.ts';

/** An input of a case; f32 unless said. A constant one is an initializer, such as axes or a shape. */
export interface CaseInput {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
  readonly dtype?: Dtype;
  readonly constant?: boolean;
}

/** One operator, or what `build` makes of the inputs. An input that is left out is undefined. */
export interface GradientCase {
  readonly op?: string;
  readonly attributes?: Attributes;
  /** Outputs of `op`; 1 unless said. */
  readonly outputs?: number;
  /** Adds the forward nodes, gives the outputs. */
  readonly build?: (b: GraphBuilder, inputs: readonly string[]) => string | readonly string[];
  /**
   * In place of `op`: nodes as they are, for operators that a builder computes at once or that only a
   * lowering knows. They read `in0`, `in1`, …; the last one's outputs are f32, and the network's.
   */
  readonly nodes?: readonly OpNode[];
  readonly inputs: readonly (CaseInput | undefined)[];
  /** Indices of the inputs to differentiate by; all f32 inputs that are not constant unless said. */
  readonly wrt?: readonly number[];
  /** Indices of the outputs that the loss depends on; all f32 ones unless said. */
  readonly lossOf?: readonly number[];
  readonly opset?: number;
  readonly lowering?: LoweringOptions;
  /** Step of the finite differences. */
  readonly step?: number;
  /** Allowed |gradient − difference| as a part of the largest magnitude of the gradient, or of 1. */
  readonly tolerance?: number;
  /** Do not insist that the lowered forward nodes run on WebGPU; gradient nodes always must. */
  readonly forwardOnCpu?: boolean;
}

/** A case as networks. `feeds` are for both; the seeds of the backward pass are among them. */
export interface CaseNetworks {
  readonly forward: Network;
  /** Lowered forward nodes and the backward pass. */
  readonly backward: Network;
  /** The same with the forward pass's f32 outputs beside the gradients, as training has them. */
  readonly whole: Network;
  /** Gradient by the input of that index: an output of `backward`, or undefined where it is zero. */
  readonly grads: ReadonlyMap<number, string | undefined>;
  readonly seeds: ReadonlyMap<string, NdArray>;
  readonly feeds: ReadonlyMap<string, NdArray>;
}

const training: LoweringOptions = {
  mode: 'train',
  batchNorm: 'frozen',
  dropout: 'off',
};

/** The forward network of a case as it is, before any lowering, and its feeds. */
export function forwardOf(of: GradientCase): {
  readonly network: Network;
  readonly feeds: ReadonlyMap<string, NdArray>;
} {
  const b = new GraphBuilder(of.opset ?? 17);
  const inputs: ValueInfo[] = [];
  const feeds = new Map<string, NdArray>();
  const names = of.inputs.map((input, at) => {
    if (input === undefined) return '';
    const { shape, values, dtype = 'f32' } = input;
    const name = `in${at}`;
    if (input.constant === true) return b.constant(constantOf(input), name);
    inputs.push({ name, dtype, shape });
    feeds.set(name, ndArray(dtype, shape, values));
    return b.input(name, dtype, shape);
  });
  if (of.nodes !== undefined) return { network: bareNetwork(of, of.nodes, b, inputs), feeds };
  const made =
    of.build?.(b, names) ??
    b.ops(
      of.op ?? '',
      names,
      of.attributes,
      of.outputs,
      Array.from({ length: of.outputs ?? 1 }, (_, at) => `out${at}`),
    );
  const outputs = typeof made === 'string' ? [made] : made;
  return { network: b.build('forward', inputs, outputs), feeds };
}

function bareNetwork(
  { opset = 17 }: GradientCase,
  nodes: readonly OpNode[],
  { initializers }: GraphBuilder,
  inputs: readonly ValueInfo[],
): Network {
  const outputs = nodes.at(-1)?.outputs.filter((name) => name !== '') ?? [];
  return {
    name: 'forward',
    opsets: { '': opset, 'com.microsoft': 1 },
    inputs,
    // Extents are asked of the lowered network only.
    outputs: outputs.map((name) => ({ name, dtype: 'f32', shape: ['?'] })),
    initializers,
    nodes,
  };
}

function constantOf({ shape, values, dtype = 'f32' }: CaseInput): Literal {
  return literal(dtype as 'f32', shape, values);
}

/** Lowers and differentiates a case. */
export function networksOf(of: GradientCase): CaseNetworks {
  const { network: forward, feeds } = forwardOf(of);
  const { b, outputs, seedInput } = lower(forward, new Set(), 1, of.lowering ?? training);
  const lowered = b.nodes.length;
  const seeds = new Map<string, NdArray>();
  const seedNames = new Map<string, string>();
  for (const [at, output] of forward.outputs.entries()) {
    const wanted = of.lossOf?.includes(at) ?? isFloat(output.dtype);
    const name = outputs.get(output.name) ?? '';
    if (!wanted) continue;
    const shape = b.shape(name);
    const numbers = seedNumbers(elementCount(shape), at);
    seeds.set(output.name, ndArray('f32', shape, numbers));
    seedNames.set(name, b.input(`seed${at}`, 'f32', shape));
  }
  const by = of.wrt ?? differentiable(of);
  const found = gradients(b, seedNames, new Set(by.map((at) => `in${at}`)));
  if (of.forwardOnCpu !== true) refuseOffGpu(b, b.nodes.slice(0, lowered), 'lowered');
  refuseOffGpu(b, b.nodes.slice(lowered), 'gradient');
  const extra = [...seedNames.entries()];
  const seedFeeds = new Map(
    extra.map(([name, seed]) => {
      const original = [...outputs].find(([, renamed]) => renamed === name)?.[0] ?? '';
      return [seed, seeds.get(original) as NdArray];
    }),
  );
  if (seedInput !== undefined) seedFeeds.set(seedInput, ndArray('i32', [], [7]));
  const inputs = [
    ...forward.inputs,
    ...(seedInput === undefined ? [] : [{ name: seedInput, dtype: 'i32', shape: [] } as const]),
    ...extra.map(([name, seed]) => ({ name: seed, dtype: 'f32' as const, shape: b.shape(name) })),
  ];
  return {
    forward,
    backward: b.build('backward', inputs, [...new Set(found.values())]),
    whole: b.build('whole', inputs, [
      ...new Set([...computedOutputs(b, outputs.values()), ...found.values()]),
    ]),
    grads: new Map(by.map((at) => [at, found.get(`in${at}`)])),
    seeds,
    feeds: new Map([...feeds, ...seedFeeds]),
  };
}

/** The f32 values of `names`; one that no node makes, as where a node was left out, by an Identity. */
function computedOutputs(b: GraphBuilder, names: Iterable<string>): string[] {
  const made = new Set(b.nodes.flatMap(({ outputs }) => outputs));
  return [...names]
    .filter((name) => b.has(name) && b.dtype(name) === 'f32')
    .map((name) => (made.has(name) ? name : b.op('Identity', [name])));
}

function differentiable({ inputs }: GradientCase): readonly number[] {
  return inputs.flatMap((input, at) =>
    input !== undefined && input.constant !== true && isFloat(input.dtype ?? 'f32') ? [at] : [],
  );
}

/** Weights of the outputs in the loss: all different, of both signs, not near zero, exact in f32. */
function seedNumbers(count: number, output: number): Float64Array {
  return Float64Array.from({ length: count }, (_, at) => {
    const unit = ((at * 37 + output * 11 + 5) % 64) / 64;
    return (at % 3 === 1 ? -1 : 1) * (0.25 + unit);
  });
}

/**
 * Checks the gradients of a case: those that `gradients` adds after lowering, computed by the plain
 * evaluator, against central differences of the forward network before lowering.
 *
 * @throws Error that names the first element that is off.
 */
export function checkGradient(of: GradientCase): CaseNetworks {
  const networks = networksOf(of);
  const values = evaluate(networks.backward, networks.feeds);
  for (const [at, name] of networks.grads) {
    const input = networks.feeds.get(`in${at}`) as NdArray;
    const analytic = name === undefined ? undefined : values.get(name);
    if (analytic !== undefined && analytic.shape.join() !== input.shape.join())
      throw new Error(
        `gradient ${at} has shape [${analytic.shape.join(', ')}], the input [${input.shape.join(', ')}]`,
      );
    compare(of, networks, at, analytic?.data ?? new Float64Array(input.data.length));
  }
  return networks;
}

function compare(
  of: GradientCase,
  { forward, feeds, seeds }: CaseNetworks,
  at: number,
  analytic: Float64Array,
): void {
  const step = of.step ?? 1e-5;
  const input = feeds.get(`in${at}`) as NdArray;
  const lossAt = (data: Float64Array) => {
    const results = evaluate(forward, new Map([...feeds, [`in${at}`, { ...input, data }]]));
    let loss = 0;
    for (const [name, seed] of seeds)
      for (const [index, weight] of seed.data.entries())
        loss += weight * (results.get(name)?.data[index] as number);
    return loss;
  };
  const largest = analytic.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  for (const [index, value] of input.data.entries()) {
    const up = lossAt(input.data.with(index, value + step));
    const down = lossAt(input.data.with(index, value - step));
    const difference = (up - down) / (2 * step);
    const got = analytic[index] as number;
    if (!(Math.abs(got - difference) <= (of.tolerance ?? 2e-6) * largest))
      throw new Error(
        `${of.op ?? 'built'}: gradient by input ${at}, element ${index} is ${got}, by differences ${difference}`,
      );
  }
}
