import type { Network, OpNode, ValueInfo } from '../../core/network/network.ts';
import { codeOfDtype } from '../onnxDataTypes.ts';

const suffix = '::i32';

/**
 * A network that takes i32 where it took i64, under another name, and widens it first: WebGPU takes 64-bit
 * numbers as indices, but cannot reshape them, which the gradient of an embedding needs. Token ids and
 * their like fit.
 */
export function withNarrowInputs(network: Network): Network {
  const wide = network.inputs.filter(({ dtype }) => dtype === 'i64');
  if (wide.length === 0) return network;
  const casts = wide.map(({ name }): OpNode => ({
    op: 'Cast',
    name: '',
    inputs: [name + suffix],
    outputs: [name],
    attributes: { to: { is: 'int', value: codeOfDtype('i64') } },
  }));
  const inputs = network.inputs.map((info): ValueInfo =>
    info.dtype === 'i64' ? { ...info, name: info.name + suffix, dtype: 'i32' } : info,
  );
  return { ...network, inputs, nodes: [...casts, ...network.nodes] };
}

/** The original network's name of an input. */
export function inputOf(name: string): string {
  return name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
}
