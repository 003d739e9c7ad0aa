import { inputAt } from '../../nodeInputs.ts';
import { unsupported } from '../../unsupported.ts';
import { ndArray, type Kernel } from '../ndArray.ts';

/** Control flow is written out before a network is evaluated; Dropout does nothing outside of training. */
export const controlKernels: Readonly<Record<string, Kernel>> = {
  Dropout: (inputs, node) => {
    const input = inputAt(inputs, 0, node);
    if ((inputs[2]?.data[0] ?? 0) !== 0)
      throw unsupported(node, 'random numbers; lower the network first');
    const mask = new Float64Array(input.data.length).fill(1);
    return [input, ndArray('bool', input.shape, mask)];
  },
};
