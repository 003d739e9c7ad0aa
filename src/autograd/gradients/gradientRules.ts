import { attentionGradients } from './attention.ts';
import { controlGradients } from './control.ts';
import { convolutionGradients } from './convolution.ts';
import { indexingGradients } from './indexing.ts';
import { linearGradients } from './linear.ts';
import { normalisationGradients } from './normalisation.ts';
import { pointwiseGradients } from './pointwise.ts';
import { poolingGradients } from './pooling.ts';
import { quantisationGradients } from './quantisation.ts';
import { recurrentGradients } from './recurrent.ts';
import { reductionsGradients } from './reductions.ts';
import { resamplingGradients } from './resampling.ts';
import { reshapingGradients } from './reshaping.ts';
import { shapesGradients } from './shapes.ts';
import { softmaxGradients } from './softmax.ts';
import type { GradientRule } from './gradientRule.ts';

const table: Readonly<Record<string, GradientRule>> = {
  ...pointwiseGradients,
  ...linearGradients,
  ...reductionsGradients,
  ...softmaxGradients,
  ...convolutionGradients,
  ...poolingGradients,
  ...normalisationGradients,
  ...resamplingGradients,
  ...reshapingGradients,
  ...indexingGradients,
  ...shapesGradients,
  ...recurrentGradients,
  ...attentionGradients,
  ...quantisationGradients,
  ...controlGradients,
};

/** The gradient of an operator; undefined where there is none. */
export function gradientRuleOf(op: string): GradientRule | undefined {
  return Object.hasOwn(table, op) ? table[op] : undefined;
}

/** Every operator of the table. */
export const gradientRuleOfOperators: readonly string[] = Object.keys(table);
