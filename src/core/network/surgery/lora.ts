import { floatAttribute } from '../attributes.ts';
import { ints, literal, numbersOf } from '../literal.ts';
import { encodeNumbers } from '../encodeNumbers.ts';
import type { Literal, Network, OpNode } from '../network.ts';
import { fanInStart, startValues } from '../../models/startValues.ts';
import { freeName, redirect } from './redirect.ts';
import { matrixUses } from './weightUses.ts';

/**
 * Low-rank adaptation: W + (alpha / rank) · B · A, with B `[rows, rank]` at 0 and A `[rank, columns]`
 * random. Source: Hu et al., arXiv 2106.09685.
 */
export interface LoraSettings {
  readonly rank: number;
  readonly alpha: number;
  readonly seed: number;
}

/** Names of an adapter's two matrices for a weight. */
export function loraNames(weight: string): { readonly a: string; readonly b: string } {
  return { a: `${weight}.lora_A`, b: `${weight}.lora_B` };
}

/** Weights that can be adapted: f32 matrices of linear layers, and 1 × 1 convolutions if wanted. */
export function loraTargets(network: Network, withPointwise: boolean): readonly string[] {
  const names = matrixUses(network).flatMap(({ weight }) => {
    const { dtype, shape = [] } = network.initializers.get(weight) ?? {};
    const pointwise = shape.length > 2 && shape.slice(2).every((extent) => extent === 1);
    return dtype === 'f32' && (shape.length === 2 || (withPointwise && pointwise)) ? [weight] : [];
  });
  return [...new Set(names)];
}

export interface Adapted {
  readonly network: Network;
  /** Initializers to train, two for each target. */
  readonly trainable: readonly string[];
}

/** The network with an adapter at each target; it computes as before until the adapter is trained. */
export function insertLora(
  network: Network,
  targets: readonly string[],
  { rank, alpha, seed }: LoraSettings,
): Adapted {
  const initializers = new Map(network.initializers);
  const added: OpNode[] = [];
  const to = new Map<string, string>();
  const trainable: string[] = [];
  for (const [index, weight] of targets.entries()) {
    const { shape } = network.initializers.get(weight) as Literal;
    const [rows = 1, columns = 1] = shape;
    const { a, b } = loraNames(weight);
    const start = startValues([rank, columns], fanInStart(columns), seed, index);
    initializers.set(a, literal('f32', [rank, columns], start));
    initializers.set(b, literal('f32', [rows, rank], new Float32Array(rows * rank)));
    trainable.push(a, b);
    const adapted = freeName(network, `${weight}_adapted`);
    const flat = shape.length === 2 ? weight : freeName(network, `${weight}_flat`);
    const sum = shape.length === 2 ? adapted : freeName(network, `${weight}_sum`);
    const attributes = { alpha: floatAttribute(alpha / rank), beta: floatAttribute(1) };
    const gemm = {
      op: 'Gemm',
      name: `${weight}/lora`,
      inputs: [b, a, flat],
      outputs: [sum],
      attributes,
    };
    if (shape.length === 2) added.push(gemm);
    else {
      const reshape = (from: string, into: string, extents: readonly number[]): OpNode => {
        const name = freeName(network, `${into}_shape`);
        initializers.set(name, ints(extents));
        return {
          op: 'Reshape',
          name: `${into}/reshape`,
          inputs: [from, name],
          outputs: [into],
          attributes: {},
        };
      };
      added.push(reshape(weight, flat, [rows, columns]), gemm, reshape(sum, adapted, shape));
    }
    to.set(weight, adapted);
  }
  const rest = redirect(network, to);
  return { network: { ...rest, initializers, nodes: [...added, ...rest.nodes] }, trainable };
}

/**
 * A weight with its adapter added to it, computed in double precision and rounded once.
 *
 * @param scale - alpha / rank.
 * @returns undefined where the shapes do not fit.
 */
export function fuseLora(
  weight: Literal,
  a: Literal,
  b: Literal,
  scale: number,
): Literal | undefined {
  const [rows = 1, columns = 1] = weight.shape;
  const [rank = 0] = a.shape;
  if (!fits(weight, a, b)) return undefined;
  const numbers = numbersOf(weight);
  const [left, right] = [numbersOf(b), numbersOf(a)];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let k = 0; k < rank; k++)
        sum += (left[row * rank + k] as number) * (right[k * columns + column] as number);
      const at = row * columns + column;
      numbers[at] = (numbers[at] as number) + scale * sum;
    }
  return encodeNumbers(weight.dtype, weight.shape, numbers);
}

function fits({ shape: [rows, columns, ...rest] }: Literal, a: Literal, b: Literal): boolean {
  if (rows === undefined || columns === undefined || rest.some((extent) => extent !== 1))
    return false;
  const sameRank = a.shape.length === 2 && b.shape.length === 2 && a.shape[0] === b.shape[1];
  return sameRank && a.shape[1] === columns && b.shape[0] === rows;
}
