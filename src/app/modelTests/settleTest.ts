import { canonicalText } from '../../core/canonical.ts';
import type { NodeId, TestId } from '../../core/ids.ts';
import type { Lineage } from '../../core/lineage/lineage.ts';
import { isLineageError, LineageError } from '../../core/lineageError.ts';
import type { Binding, Metric, ModelTest, TestData } from '../../core/modelTests/modelTest.ts';
import { checkArguments } from '../../core/recipe/checkArguments.ts';
import { checkAugmentations } from '../../core/recipe/checkAugmentations.ts';
import type { Arguments } from '../../core/recipe/recipe.ts';
import type { TestOrder } from '../../core/testViews.ts';
import { testFunctionOf } from './functions/registry.ts';
import type { TestFunction } from './testFunction.ts';

/** Characters of a pattern on names. */
const longestPattern = 400;

/**
 * A test as it is kept, from what a person wrote: defaults filled in, everything checked.
 *
 * @throws LineageError `test-invalid` that names the field, `function-missing`, `node-missing`.
 */
export function settleTest(
  lineage: Lineage,
  order: TestOrder,
  made: { readonly id: TestId; readonly at: number },
): ModelTest {
  const fn = testFunctionOf(order.function);
  const args = checkedArguments(fn, order.arguments ?? {});
  fn.check?.(args);
  const data = dataOf(fn, order);
  if (data !== undefined) checkSlice(lineage, data);
  const test: ModelTest = {
    id: made.id,
    name: order.name,
    version: 1,
    function: fn.id,
    functionVersion: fn.version,
    arguments: args,
    ...(data === undefined ? {} : { data }),
    bindings: order.bindings,
    success: order.success ?? [],
    tolerances: order.tolerances ?? {},
    notes: order.notes ?? '',
    createdAt: made.at,
  };
  for (const binding of test.bindings) checkBinding(lineage, binding);
  checkRules(test, fn.metrics(args));
  return test;
}

/** A test's metrics, with the tolerances that hold for it. */
export function metricsOf(test: ModelTest): readonly Metric[] {
  const fn = testFunctionOf(test.function);
  return fn.metrics(checkedArguments(fn, test.arguments)).map((metric) => {
    const tolerance = test.tolerances[metric.name];
    return tolerance === undefined ? metric : { ...metric, tolerance };
  });
}

function checkedArguments(fn: TestFunction, given: Arguments): Arguments {
  try {
    return checkArguments(fn.id, fn.schema, given);
  } catch (error) {
    if (!isLineageError(error, 'recipe-invalid')) throw error;
    throw invalid(`arguments.${error.data.field}`, error.data.reason);
  }
}

function dataOf(fn: TestFunction, { data }: TestOrder): TestData | undefined {
  if (data === undefined && fn.data === 'needed')
    throw invalid('data', `${fn.title} measures on a data set: choose one`);
  if (data !== undefined && fn.data === 'none')
    throw invalid('data', `${fn.title} takes no data set`);
  return data === undefined ? undefined : settledData(data);
}

const parts: readonly TestData['part'][] = ['test', 'validation', 'train', 'all'];

function settledData(given: NonNullable<TestOrder['data']>): TestData {
  const { part = 'test', perturb = [], seed = 1, where, limit } = given;
  if (!parts.includes(part)) throw invalid('data.part', `it is one of ${parts.join(', ')}`);
  if (!Number.isSafeInteger(seed)) throw invalid('data.seed', 'it is a whole number');
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit > 0))
    throw invalid('data.limit', 'it is a whole number from 1 on');
  if (where !== undefined && where.values.length === 0)
    throw invalid('data.where', 'choose at least one value of the column');
  const reason = checkAugmentations(perturb);
  if (reason !== undefined) throw invalid('data.perturb', reason);
  return { ...given, part, perturb, seed };
}

/** @throws LineageError `test-invalid` for a slice by a column that the data set, read so, does not have. */
function checkSlice({ datasets }: Lineage, { dataset, reading, where }: TestData): void {
  if (where === undefined) return;
  const text = canonicalText(reading);
  const record = [...datasets.values()].find(
    (each) => each.snapshot === dataset && canonicalText(each.reading) === text,
  );
  const columns = record?.summary.columns.map(({ name }) => name);
  if (columns === undefined || columns.includes(where.column)) return;
  throw invalid(
    'data.where',
    `there is no column "${where.column}": the data has ${columns.slice(0, 20).join(', ')}`,
  );
}

function checkBinding(lineage: Lineage, binding: Binding): void {
  const node = binding.is === 'node' ? binding.node : undefined;
  if (node !== undefined && !lineage.nodes.has(node))
    throw new LineageError('node-missing', { node: node satisfies NodeId });
  if (binding.is === 'type' && binding.modelType.trim() === '')
    throw invalid('bindings', 'say which model type');
  if (binding.is !== 'name') return;
  if (binding.pattern === '') throw invalid('bindings', 'a pattern is at least one character');
  if (binding.pattern.length > longestPattern)
    throw invalid('bindings', `a pattern has at most ${longestPattern} characters`);
}

const relations = ['at-least', 'at-most', 'equal'];

function checkRules({ success, tolerances }: ModelTest, metrics: readonly Metric[]): void {
  const names = metrics.map(({ name }) => name);
  const known = `the metrics are ${names.join(', ')}`;
  for (const { metric, is, value } of success) {
    if (!names.includes(metric)) throw invalid('success', `there is no "${metric}": ${known}`);
    if (!relations.includes(is)) throw invalid('success', `a rule is ${relations.join(', ')}`);
    if (typeof value !== 'number' || Number.isNaN(value))
      throw invalid('success', `the value for "${metric}" is a number`);
  }
  for (const [name, tolerance] of Object.entries(tolerances)) {
    if (!names.includes(name)) throw invalid('tolerances', `there is no "${name}": ${known}`);
    if (!(tolerance.value >= 0) || !['absolute', 'relative'].includes(tolerance.is))
      throw invalid('tolerances', `the tolerance of "${name}" is a number from 0 on`);
  }
}

function invalid(field: string, reason: string): LineageError {
  return new LineageError('test-invalid', { field, reason });
}
