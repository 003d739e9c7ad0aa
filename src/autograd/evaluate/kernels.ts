import { attentionKernels } from './kernels/attention.ts';
import { controlKernels } from './kernels/control.ts';
import { convolutionKernels } from './kernels/convolution.ts';
import { indexingKernels } from './kernels/indexing.ts';
import { linearKernels } from './kernels/linear.ts';
import { normalisationKernels } from './kernels/normalisation.ts';
import { pointwiseKernels } from './kernels/pointwise.ts';
import { poolingKernels } from './kernels/pooling.ts';
import { quantisationKernels } from './kernels/quantisation.ts';
import { recurrentKernels } from './kernels/recurrent.ts';
import { reductionsKernels } from './kernels/reductions.ts';
import { resamplingKernels } from './kernels/resampling.ts';
import { reshapingKernels } from './kernels/reshaping.ts';
import { shapesKernels } from './kernels/shapes.ts';
import { softmaxKernels } from './kernels/softmax.ts';
import type { Kernel } from './ndArray.ts';

const table: Readonly<Record<string, Kernel>> = {
  ...pointwiseKernels,
  ...linearKernels,
  ...reductionsKernels,
  ...softmaxKernels,
  ...convolutionKernels,
  ...poolingKernels,
  ...normalisationKernels,
  ...resamplingKernels,
  ...reshapingKernels,
  ...indexingKernels,
  ...shapesKernels,
  ...recurrentKernels,
  ...attentionKernels,
  ...quantisationKernels,
  ...controlKernels,
};

/** The plain implementation of an operator; undefined where there is none. */
export function kernelOf(op: string): Kernel | undefined {
  return Object.hasOwn(table, op) ? table[op] : undefined;
}

/** Every operator of the table. */
export const kernelOfOperators: readonly string[] = Object.keys(table);
