import type { NodeResult } from '../testViews.ts';
import type { Metric, ModelTest } from './modelTest.ts';
import { encodeNumbers } from './storedResult.ts';

export type ResultFormat = 'csv' | 'json' | 'junit';

/** A result with the names that people know it by. */
export interface NamedResult {
  readonly model: string;
  readonly test: Pick<ModelTest, 'name' | 'function'>;
  readonly metrics: readonly Metric[];
  readonly result: NodeResult;
}

/** Results as a file: a row for each metric, the whole as JSON, or JUnit's XML for build servers. */
export function exportResults(format: ResultFormat, results: readonly NamedResult[]): string {
  if (format === 'csv') return csvOf(results);
  if (format === 'json') return jsonOf(results);
  return junitOf(results);
}

const header = [
  'model', 'test', 'function', 'verdict', 'metric', 'value', 'unit', 'direction', 'examples',
  'backend', 'version', 'at', 'ms', 'error',
]; // prettier-ignore

/** RFC 4180; `at` in ms since 1970; a text that a spreadsheet would take for a formula gets an apostrophe in front. */
function csvOf(results: readonly NamedResult[]): string {
  const rows = results.flatMap(({ model, test, metrics, result }) => {
    const { verdict, examples, backend, testVersion, at, ms, error } = result;
    const names = Object.keys(result.metrics);
    return (names.length === 0 ? [''] : names).map((name) => {
      const metric = metrics.find((each) => each.name === name);
      return [
        model, test.name, test.function, verdict, name, numberText(result.metrics[name]),
        metric?.unit ?? '', metric?.direction ?? '', String(examples ?? ''), backend,
        String(testVersion), String(Math.round(at)), String(Math.round(ms)),
        error?.message ?? '',
      ]; // prettier-ignore
    });
  });
  return [header, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

function cell(text: string): string {
  const isNumber = text !== '' && Number.isFinite(Number(text));
  const safe = !isNumber && /^[=+\-@\t\r]/.test(text) && text !== '-Infinity' ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function numberText(value: number | undefined): string {
  return value === undefined ? '' : String(value);
}

/** JSON has no NaN and no infinity: they are `{"number": "NaN"}`, as they are stored. */
function jsonOf(results: readonly NamedResult[]): string {
  const rows = results.map(({ model, test, result }) => ({
    model,
    testName: test.name,
    function: test.function,
    ...result,
  }));
  return `${JSON.stringify(encodeNumbers({ version: 1, results: rows }), undefined, 2)}\n`;
}

/**
 * JUnit's XML: a suite for each model, a case for each test. What only measures is passed; an error is
 * an error, not a failure.
 *
 * Source: Jenkins xUnit plugin, junit-10.xsd.
 */
function junitOf(results: readonly NamedResult[]): string {
  const suites = new Map<string, NamedResult[]>();
  for (const each of results) suites.set(each.model, [...(suites.get(each.model) ?? []), each]);
  const count = (list: readonly NamedResult[], verdict: string) =>
    list.filter(({ result }) => result.verdict === verdict).length;
  const counts = (list: readonly NamedResult[]) =>
    `tests="${list.length}" failures="${count(list, 'fail')}" errors="${count(list, 'error')}" time="${seconds(list)}"`;
  const body = [...suites].map(
    ([model, list]) =>
      `  <testsuite name="${xml(model)}" ${counts(list)}>\n${list.map(caseOf).join('')}  </testsuite>\n`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${counts(results)}>\n${body.join('')}</testsuites>\n`;
}

function seconds(list: readonly NamedResult[]): string {
  return (list.reduce((sum, { result }) => sum + result.ms, 0) / 1000).toFixed(3);
}

function caseOf(named: NamedResult): string {
  const { model, test, result } = named;
  const values = Object.entries(result.metrics).map(([name, value]) => `${name} = ${value}`);
  const out = [...values, ...(result.details?.findings ?? []), ...(result.details?.log ?? [])];
  const problem =
    result.verdict === 'fail'
      ? `      <failure message="${xml(values.join(', '))}" type="fail"/>\n`
      : result.verdict === 'error'
        ? `      <error message="${xml(result.error?.message ?? 'error')}" type="${xml(result.error?.code ?? 'error')}"/>\n`
        : '';
  return (
    `    <testcase name="${xml(test.name)}" classname="${xml(model)}" time="${seconds([named])}">\n${problem}` +
    `      <system-out>${xml(out.join('\n'))}</system-out>\n    </testcase>\n`
  );
}

/** Text for an element or an attribute; characters that XML 1.0 has no place for become U+FFFD. */
function xml(text: string): string {
  const escapes: Readonly<Record<string, string>> = {
    '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;', '\t': '&#9;', '\n': '&#10;', '\r': '&#13;',
  }; // prettier-ignore
  return Array.from(text, (character) => escapes[character] ?? (allowed(character) ? character : '\uFFFD')).join(''); // prettier-ignore
}

/** Source: XML 1.0, production 2: Char. A lone surrogate is none. */
function allowed(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return (
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    (code >= 0x10000 && code <= 0x10ffff)
  );
}
