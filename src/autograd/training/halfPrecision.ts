import { attribute, intOf } from '../../core/network/attributes.ts';
import type { Dtype } from '../../core/dtype.ts';
import type { Network, OpNode } from '../../core/network/network.ts';

/**
 * Operators that lose too much in half precision, as they add up many numbers or have a large range:
 * they stay f32, whatever is around them.
 *
 * Source: Micikevicius et al., Mixed Precision Training, arXiv 1710.03740, §3; PyTorch's list of
 * operators that autocast to float32.
 */
const alwaysSingle = new Set([
  'Softmax', 'LogSoftmax', 'LayerNormalization', 'InstanceNormalization', 'BatchNormalization',
  'LpNormalization', 'ReduceSum', 'ReduceMean', 'ReduceSumSquare', 'ReduceL1', 'ReduceL2', 'ReduceProd',
  'ReduceLogSum', 'ReduceLogSumExp', 'CumSum', 'Exp', 'Log', 'Pow', 'Sqrt', 'Reciprocal', 'Div', 'Erf',
  'Softplus', 'LSTM', 'GRU', 'RNN', 'Loop', 'If', 'Scan', 'Resize', 'GridSample',
]); // prettier-ignore

const half = 10;
const single = 1;

/**
 * A network with the nodes of `halves` in half precision: f32 values are cast on their way in, results on
 * their way out to others. Inputs, outputs and weights stay f32 (the master copy).
 *
 * @param dtypeOf - of every value of the network.
 */
export function inHalfPrecision(
  network: Network,
  halves: ReadonlySet<OpNode>,
  dtypeOf: (name: string) => Dtype,
): Network {
  const writer = new HalfWriter(dtypeOf);
  for (const name of [...network.inputs.map((input) => input.name), ...network.initializers.keys()])
    writer.single.add(name);
  for (const node of network.nodes)
    if (halves.has(node) && !alwaysSingle.has(node.op)) writer.addHalf(node);
    else writer.addSingle(node);
  for (const { name } of network.outputs) writer.asSingle(name);
  return { ...network, nodes: writer.nodes };
}

/** A value keeps its name in f32; its f16 form has another. Each is made when it is first asked for. */
class HalfWriter {
  readonly nodes: OpNode[] = [];
  /** Values that exist in f32, or are no floats. */
  readonly single = new Set<string>();
  readonly #half = new Set<string>();
  readonly #dtypeOf: (name: string) => Dtype;

  constructor(dtypeOf: (name: string) => Dtype) {
    this.#dtypeOf = dtypeOf;
  }

  asSingle(name: string): string {
    if (name === '' || this.single.has(name) || !this.#half.has(name)) return name;
    this.single.add(name);
    this.#cast(halfName(name), name, single);
    return name;
  }

  #asHalf(name: string): string {
    if (name === '' || this.#dtypeOf(name) !== 'f32') return name;
    if (this.#half.has(name)) return halfName(name);
    this.#half.add(name);
    this.#cast(name, halfName(name), half);
    return halfName(name);
  }

  addSingle(node: OpNode): void {
    const inputs = node.inputs.map((name) => this.asSingle(name));
    this.nodes.push({ ...node, inputs });
    for (const name of node.outputs) this.single.add(name);
  }

  addHalf(node: OpNode): void {
    const inputs = node.inputs.map((name) => this.#asHalf(name));
    const outputs = node.outputs.map((name) => {
      if (name === '' || this.#dtypeOf(name) !== 'f32') {
        this.single.add(name);
        return name;
      }
      this.#half.add(name);
      return halfName(name);
    });
    const toSingle = node.op === 'Cast' && intOf(node, 'to', 0) === single;
    const attributes = toSingle ? { ...node.attributes, to: attribute(half) } : node.attributes;
    this.nodes.push({ ...node, inputs, outputs, attributes });
  }

  #cast(from: string, to: string, type: number): void {
    this.nodes.push({
      op: 'Cast',
      name: '',
      inputs: [from],
      outputs: [to],
      attributes: { to: attribute(type) },
    });
  }
}

const suffix = '::half';
const halfName = (name: string) => `${name}${suffix}`;

/** The name that a value had before `inHalfPrecision`. */
export function singleName(name: string): string {
  return name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
}
