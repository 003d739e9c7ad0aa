import { LineageError } from '../../core/lineageError.ts';
import type { Literal, Network } from '../../core/network/network.ts';

/**
 * A network whose inputs of `values` are constants: a sample rate, a training flag, a state that always
 * begins at zero. Branches that such an input decides can then be taken when the network is lowered.
 *
 * @throws LineageError `network-unsupported` for an input that is not there, or of another type.
 */
export function bindInputs(network: Network, values: ReadonlyMap<string, Literal>): Network {
  for (const [name, { dtype, shape }] of values) {
    const input = network.inputs.find((each) => each.name === name);
    const fits =
      input?.dtype === dtype &&
      input.shape.length === shape.length &&
      input.shape.every((extent, axis) => typeof extent === 'string' || extent === shape[axis]);
    if (!fits)
      throw new LineageError('network-unsupported', {
        node: name,
        reason: `no input of this name takes a value of ${dtype}[${shape.join(', ')}]`,
      });
  }
  return {
    ...network,
    inputs: network.inputs.filter(({ name }) => !values.has(name)),
    initializers: new Map([...network.initializers, ...values]),
  };
}
