import { attentionShapeRules } from './attention.ts';
import { controlShapeRules } from './control.ts';
import { convolutionShapeRules } from './convolution.ts';
import { indexingShapeRules } from './indexing.ts';
import { linearShapeRules } from './linear.ts';
import { normalisationShapeRules } from './normalisation.ts';
import { pointwiseShapeRules } from './pointwise.ts';
import { poolingShapeRules } from './pooling.ts';
import { quantisationShapeRules } from './quantisation.ts';
import { recurrentShapeRules } from './recurrent.ts';
import { reductionsShapeRules } from './reductions.ts';
import { resamplingShapeRules } from './resampling.ts';
import { reshapingShapeRules } from './reshaping.ts';
import { shapesShapeRules } from './shapes.ts';
import { softmaxShapeRules } from './softmax.ts';
import type { ShapeRule } from '../known.ts';

const table: Readonly<Record<string, ShapeRule>> = {
  ...pointwiseShapeRules,
  ...linearShapeRules,
  ...reductionsShapeRules,
  ...softmaxShapeRules,
  ...convolutionShapeRules,
  ...poolingShapeRules,
  ...normalisationShapeRules,
  ...resamplingShapeRules,
  ...reshapingShapeRules,
  ...indexingShapeRules,
  ...shapesShapeRules,
  ...recurrentShapeRules,
  ...attentionShapeRules,
  ...quantisationShapeRules,
  ...controlShapeRules,
};

/** Shape inference of an operator; undefined where there is none. */
export function shapeRuleOf(op: string): ShapeRule | undefined {
  return Object.hasOwn(table, op) ? table[op] : undefined;
}

/** Every operator of the table. */
export const shapeRuleOfOperators: readonly string[] = Object.keys(table);
