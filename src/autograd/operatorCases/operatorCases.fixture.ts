import { floatAttribute } from '../../core/network/attributes.ts';
import {
  array,
  linearCases,
  pointwiseCases,
  reductionCases,
  softmaxCases,
} from '../evaluate/cases.fixture.ts';
import { fusedCases } from './fused.fixture.ts';
import { moveCases } from './moves.fixture.ts';
import type { NamedCase } from './namedCase.fixture.ts';
import { windowCases } from './windows.fixture.ts';

const later: readonly NamedCase[] = [
  [
    'Swish',
    { op: 'Swish', inputs: [array([2, 3])], attributes: { alpha: floatAttribute(1.5) }, opset: 24 },
  ],
  ['RMSNormalization', { op: 'RMSNormalization', inputs: [array([2, 4]), array([4])], opset: 23 }],
];

/**
 * One to a few forms of every operator that has a gradient or is rewritten: broadcast, strided, dilated,
 * grouped, padded, with attributes. For runs on other backends; the random forms are in the tests of each
 * family.
 */
export const operatorCases: readonly NamedCase[] = [
  ...pointwiseCases,
  ...reductionCases,
  ...softmaxCases,
  ...linearCases,
  ...later,
  ...windowCases,
  ...moveCases,
  ...fusedCases,
];
