import type { ShapeRule } from '../known.ts';
import { inputAt } from '../nodeInputs.ts';

/** Control flow is written out before shapes are asked for; Dropout gives what it gets, and a mask. */
export const controlShapeRules: Readonly<Record<string, ShapeRule>> = {
  Dropout: (inputs, node) => {
    const { dtype, shape } = inputAt(inputs, 0, node);
    return [
      { dtype, shape },
      { dtype: 'bool', shape },
    ];
  },
};
