import { attribute } from '../attributes.ts';
import { literal, numbersOf } from '../literal.ts';
import type { Literal, Network, OpNode } from '../network.ts';
import { freeName, redirect } from './redirect.ts';
import { matrixUses } from './weightUses.ts';

export interface Quantised {
  readonly network: Network;
  /** Largest difference of a weight from what it was, by weight. */
  readonly errors: ReadonlyMap<string, number>;
  /** Weights with NaN or infinite numbers, which have no scale: they are left as they are. */
  readonly notFinite: readonly string[];
}

/** An int8 tensor with one scale for each index of `axis`: value = code × scale. */
export interface QuantisedTensor {
  readonly codes: Literal;
  /** f32 `[extent of axis]`. */
  readonly scales: Literal;
  readonly error: number;
}

/**
 * A network whose matrices and kernels are stored as int8 under their own names, with a scale for each
 * output channel, and dequantised where they are used.
 *
 * Symmetric, −127 to 127. DequantizeLinear has an axis from opset 13 on; older networks get Cast and
 * Mul. Source: onnx Operators.md, DequantizeLinear-13; Krishnamoorthi, arXiv 1806.08342.
 */
export function quantiseWeights(network: Network): Quantised {
  const initializers = new Map(network.initializers);
  const added: OpNode[] = [];
  const to = new Map<string, string>();
  const errors = new Map<string, number>();
  const notFinite: string[] = [];
  const outputs = new Set(network.outputs.map(({ name }) => name));
  const withAxis = (network.opsets[''] ?? 0) >= 13;
  for (const { weight: name, outputAxis } of matrixUses(network)) {
    const weight = initializers.get(name);
    if (weight?.dtype !== 'f32' || outputs.has(name)) continue;
    if (!numbersOf(weight).every(Number.isFinite)) {
      notFinite.push(name);
      continue;
    }
    const { codes, scales, error } = quantised(weight, outputAxis);
    const restored = freeName(network, `${name}_f32`);
    const scaleName = freeName(network, `${name}_scale`);
    initializers.set(name, codes);
    errors.set(name, error);
    to.set(name, restored);
    if (withAxis) {
      const zero = freeName(network, `${name}_zero_point`);
      initializers.set(scaleName, scales);
      initializers.set(zero, literal('i8', scales.shape, numbersOf(scales).fill(0)));
      added.push({
        op: 'DequantizeLinear',
        name: `${name}/dequantise`,
        inputs: [name, scaleName, zero],
        outputs: [restored],
        attributes: { axis: attribute(outputAxis) },
      });
    } else {
      const cast = freeName(network, `${name}_code`);
      const shape = weight.shape.map((extent, axis) => (axis === outputAxis ? extent : 1));
      initializers.set(scaleName, { ...scales, shape });
      added.push(...castAndScale(name, cast, scaleName, restored));
    }
  }
  const rest = redirect(network, to);
  return {
    network: { ...rest, initializers, nodes: [...added, ...rest.nodes] },
    errors,
    notFinite,
  };
}

/** Code × scale for opsets without an axis. */
function castAndScale(name: string, cast: string, scale: string, restored: string): OpNode[] {
  const to = { to: attribute(1) };
  return [
    { op: 'Cast', name: `${name}/cast`, inputs: [name], outputs: [cast], attributes: to },
    {
      op: 'Mul',
      name: `${name}/scale`,
      inputs: [cast, scale],
      outputs: [restored],
      attributes: {},
    },
  ];
}

/** @param axis - its indices have a scale each: the largest absolute value / 127. */
export function quantised(weight: Literal, axis: number): QuantisedTensor {
  const numbers = numbersOf(weight);
  const channels = weight.shape[axis] ?? 1;
  const inner = weight.shape.slice(axis + 1).reduce((product, extent) => product * extent, 1);
  const channelOf = (index: number): number => Math.floor(index / inner) % channels;
  const largest = new Float64Array(channels);
  for (const [i, value] of numbers.entries()) {
    const channel = channelOf(i);
    largest[channel] = Math.max(largest[channel] as number, Math.abs(value));
  }
  // A channel of zeros, or of numbers that are as good as that, may have any scale but 0.
  const scales = literal(
    'f32',
    [channels],
    largest.map((most) => (Math.fround(most / 127) === 0 ? 1 : most / 127)),
  );
  const steps = numbersOf(scales);
  let error = 0;
  const codes = numbers.map((value, i) => {
    const step = steps[channelOf(i)] as number;
    const code = Math.max(-127, Math.min(127, Math.round(value / step)));
    error = Math.max(error, Math.abs(code * step - value));
    return code;
  });
  return { codes: literal('i8', weight.shape, codes), scales, error };
}
