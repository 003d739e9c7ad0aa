import type { ColourBy } from '../../core/graphView/colouring.ts';
import type { SizeBy } from '../../core/graphView/sizing.ts';

/** What a person chooses of the graph's look. */
export interface GraphLook {
  readonly colourBy: ColourBy;
  readonly sizeBy: SizeBy;
}

/** The choices in the order of the menus, with their words. */
export const colourChoices: readonly (readonly [ColourBy, string])[] = [
  ['family', 'Family'],
  ['format', 'Format'],
  ['modelType', 'Model type'],
  ['architecture', 'Architecture'],
  ['size', 'File size'],
  ['age', 'Age'],
  ['tests', 'Test results'],
];

export const sizeChoices: readonly (readonly [SizeBy, string])[] = [
  ['none', 'All the same'],
  ['parameters', 'Parameters'],
  ['bytes', 'File size'],
];

export const colourWords: Readonly<Record<ColourBy, string>> = {
  family: 'family',
  format: 'format',
  modelType: 'model type',
  architecture: 'architecture',
  size: 'file size',
  age: 'age',
  tests: 'test results',
};
