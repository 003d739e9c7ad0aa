import { LineageError } from '../lineageError.ts';
import type { Json } from '../recipe/recipe.ts';
import type { Metric } from './modelTest.ts';

/**
 * The metrics of a user-written test, one a line: `loss min 2 %`, `hits max 0.5`, `count equal`.
 *
 * @throws LineageError `test-invalid` that names the line.
 */
export function readMetrics(text: string): readonly Metric[] {
  const metrics = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map(readMetric);
  if (metrics.length === 0) throw invalid('name at least one metric, such as “value max 0.01”');
  const names = new Set<string>();
  for (const { name } of metrics) {
    if (names.has(name)) throw invalid(`“${name}” is there twice`);
    names.add(name);
  }
  return metrics;
}

function readMetric(line: string): Metric {
  const found = /^([A-Za-z_]\w*)\s+(max|min|equal)(?:\s+([\d.]+(?:e-?\d+)?)\s*(%?))?$/.exec(line);
  const [, name, direction, size = '0', percent = ''] = found ?? [];
  const value = Number(size);
  if (name === undefined || Number.isNaN(value))
    throw invalid(
      `“${line}” is not like “loss min 2 %”: a name, max, min or equal, and a tolerance`,
    );
  return {
    name,
    title: name,
    direction: direction as Metric['direction'],
    tolerance: percent === '' ? { is: 'absolute', value } : { is: 'relative', value: value / 100 },
  };
}

const special: Readonly<Record<string, number>> = { NaN, Infinity, '-Infinity': -Infinity };

/**
 * A script's result as metrics: numbers by name, true as 1, false as 0; a lone number where there is one
 * metric.
 *
 * @throws LineageError `script-failed` where a metric is missing, unknown or no number.
 */
export function readValues(value: Json, metrics: readonly Metric[]): Record<string, number> {
  const names = metrics.map(({ name }) => name);
  const [only] = names;
  const lone = numberOf(value);
  if (lone !== undefined && names.length === 1 && only !== undefined) return { [only]: lone };
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw failed(`it returns metrics by name: ${names.join(', ')}`);
  const given = value as Readonly<Record<string, Json>>;
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw failed(`it returned “${unknown}”, which is not among its metrics`);
  return Object.fromEntries(
    names.map((name) => {
      const number = Object.hasOwn(given, name) ? numberOf(given[name]) : undefined;
      if (number === undefined) throw failed(`it returned no number as “${name}”`);
      return [name, number];
    }),
  );
}

function numberOf(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'string' && Object.hasOwn(special, value) ? special[value] : undefined;
}

function failed(reason: string): LineageError {
  return new LineageError('script-failed', { reason });
}

function invalid(reason: string): LineageError {
  return new LineageError('test-invalid', { field: 'arguments.metrics', reason });
}
