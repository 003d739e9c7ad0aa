import { canonicalText } from '../canonical.ts';
import type { ModelTest } from './modelTest.ts';
import type { TestResult } from './testResult.ts';

/** A result as it is kept with a snapshot. */
export interface StoredResult {
  /** What was measured: two tests with one key give the same numbers. */
  readonly key: string;
  readonly result: TestResult;
}

/**
 * What the numbers of a test depend on besides the model: not its name, notes, bindings, rules or
 * tolerances. An edit that is undone comes back to its key, whatever the version number says.
 *
 * @param dependsOn - what the test function adds: another model's content.
 * @param fed - what recipes tell of how the data feeds the model.
 */
export function testKey(
  test: Pick<ModelTest, 'id' | 'function' | 'functionVersion' | 'arguments' | 'data'>,
  dependsOn: string | undefined,
  fed?: string,
): string {
  const { dataset, reading, part, where, perturb, seed, limit, use } = test.data ?? {};
  const data =
    test.data === undefined
      ? undefined
      : { dataset, reading, part, where, perturb, seed, limit, use };
  return canonicalText({
    test: test.id,
    function: test.function,
    version: test.functionVersion,
    arguments: test.arguments,
    data,
    dependsOn,
    fed,
  });
}

/**
 * Results as JSON carries them: numbers that it has no value for are written as text.
 */
export function encodeResults(results: readonly StoredResult[]): unknown {
  return { version: 1, results: encodeNumbers(results) };
}

/** Results as they were encoded; none for a form of a later version, which is measured again. */
export function decodeResults(stored: unknown): readonly StoredResult[] {
  if (typeof stored !== 'object' || stored === null) return [];
  const { version, results } = stored as { version?: unknown; results?: unknown };
  return version === 1 && Array.isArray(results) ? (decode(results) as StoredResult[]) : [];
}

const special = new Map<string, number>([
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]);

/** A plain value in which `{"number": "NaN"}` stands for what JSON has no number for: an object, so that no text of a person is taken for a number. */
export function encodeNumbers(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : { number: String(value) };
  if (Array.isArray(value)) return value.map(encodeNumbers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, encodeNumbers(each)]),
  );
}

function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first?.[0] === 'number' && typeof first[1] === 'string')
    return special.get(first[1]) ?? value;
  return Object.fromEntries(entries.map(([name, each]) => [name, decode(each)]));
}
