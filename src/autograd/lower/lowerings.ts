import { attentionLowerings } from './attention.ts';
import { controlLowerings } from './control.ts';
import { convolutionLowerings } from './convolution.ts';
import { indexingLowerings } from './indexing.ts';
import { linearLowerings } from './linear.ts';
import { normalisationLowerings } from './normalisation.ts';
import { pointwiseLowerings } from './pointwise.ts';
import { poolingLowerings } from './pooling.ts';
import { quantisationLowerings } from './quantisation.ts';
import { recurrentLowerings } from './recurrent.ts';
import { reductionsLowerings } from './reductions.ts';
import { resamplingLowerings } from './resampling.ts';
import { reshapingLowerings } from './reshaping.ts';
import { shapesLowerings } from './shapes.ts';
import { softmaxLowerings } from './softmax.ts';
import type { Lowering } from './lowering.ts';

const table: Readonly<Record<string, Lowering>> = {
  ...pointwiseLowerings,
  ...linearLowerings,
  ...reductionsLowerings,
  ...softmaxLowerings,
  ...convolutionLowerings,
  ...poolingLowerings,
  ...normalisationLowerings,
  ...resamplingLowerings,
  ...reshapingLowerings,
  ...indexingLowerings,
  ...shapesLowerings,
  ...recurrentLowerings,
  ...attentionLowerings,
  ...quantisationLowerings,
  ...controlLowerings,
};

/** How an operator is rewritten before it is differentiated; undefined where it stays. */
export function loweringOf(op: string): Lowering | undefined {
  return Object.hasOwn(table, op) ? table[op] : undefined;
}

/** Every operator of the table. */
export const loweringOfOperators: readonly string[] = Object.keys(table);
