import type { ModelTest, TestData } from '../../core/modelTests/modelTest.ts';
import type { CrossCheck, TestDetails, TestResult } from '../../core/modelTests/testResult.ts';
import { augmentationText } from '../create/fields/augmentationKinds.ts';
import { counted, duration, percent, real } from '../format.ts';

const backends: Readonly<Record<string, string>> = {
  wasm: 'CPU',
  webgpu: 'GPU',
  reference: 'our reference code',
  none: 'nowhere',
};

/** Where a test was computed, in words. */
export function backendText({ backend, adapter }: Pick<TestResult, 'backend' | 'adapter'>): string {
  const name = backends[backend] ?? backend;
  return adapter === undefined ? name : `${name} (${adapter})`;
}

/** A repetition on another backend, in words. */
export function checkText(check: CrossCheck): string {
  const size = (value: number) => (value < 1e-3 ? real(value) : percent(value));
  const than = check.agrees ? 'agrees with' : 'disagrees with';
  return `${than} ${backends[check.backend] ?? check.backend} on ${counted(check.examples, 'example')}: outputs differ by at most ${size(check.largestDifference)} of the largest, ${size(check.tolerance)} is allowed`;
}

const fedWords: Readonly<Record<NonNullable<TestDetails['fed']>, string>> = {
  test: 'as the test says',
  recipe: 'as the model’s recipe used this data',
  ancestor: 'as the recipe of an ancestor used this data',
  proposal: 'as proposed for this model: no recipe used this data',
};

/** Who said how the data feeds the model, in words. */
export function fedText(fed: NonNullable<TestDetails['fed']>): string {
  return fedWords[fed];
}

const parts: Readonly<Record<TestData['part'], string>> = {
  test: 'held back for tests',
  validation: 'held back for validation',
  train: 'trained on',
  all: 'all examples',
};

/** The parts of a data set as a form offers them. */
export const partChoices = Object.entries(parts) as readonly (readonly [
  TestData['part'],
  string,
])[];

/** What a test measures on: `digits, held back for tests, where writer is 3, Blur (1 pixels)`. */
export function dataText(data: TestData): string {
  const { name, part, where, perturb, limit } = data;
  return [
    name,
    parts[part],
    where === undefined ? '' : `where ${where.column} is ${where.values.join(' or ')}`,
    ...perturb.map(augmentationText),
    limit === undefined ? '' : `at most ${counted(limit, 'example')}`,
  ]
    .filter((each) => each !== '')
    .join(', ');
}

/** A short time to the millisecond, a longer one in words. */
export function timeText(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : duration(ms);
}

/** Whether a test has more to show than one metric would. */
export const hasDetails = ({ details }: TestResult): boolean =>
  details !== undefined && Object.keys(details).some((key) => key !== 'fed');

/** What a rule names, for a person who looks for why a test failed. */
export function brokenRules(
  { success }: Pick<ModelTest, 'success'>,
  metrics: TestResult['metrics'],
): readonly ModelTest['success'][number][] {
  return success.filter(({ metric, is, value }) => {
    const found = metrics[metric] ?? NaN;
    const holds = { 'at-least': found >= value, 'at-most': found <= value, equal: found === value };
    return !holds[is];
  });
}
