import { LineageError } from '../lineageError.ts';

/** An input with the answer that is expected of a model. */
export interface HandExample {
  /** By input of the network; `''` is its first one. */
  readonly input: ReadonlyMap<string, string | readonly number[]>;
  /** A class by name, or numbers. */
  readonly expect: string | readonly number[];
  readonly tolerance: number;
}

const usualTolerance = 1e-3;

/**
 * Examples as a person writes them: JSON, a list of `{input, expect, tolerance?}`.
 *
 * @throws LineageError `test-invalid` that names the example.
 */
export function readExamples(text: string): readonly HandExample[] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (error) {
    throw invalid(`it is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!Array.isArray(list) || list.length === 0)
    throw invalid('it is a list of at least one {input, expect}');
  return list.map((each: unknown, at) => exampleOf(each, `example ${at + 1}`));
}

function exampleOf(each: unknown, where: string): HandExample {
  if (!isRecord(each)) throw invalid(`${where} is no {input, expect}`);
  const unknown = Object.keys(each).find(
    (name) => !['input', 'expect', 'tolerance'].includes(name),
  );
  if (unknown !== undefined) throw invalid(`${where} has an unknown member "${unknown}"`);
  const { input, expect, tolerance = usualTolerance } = each;
  if (typeof tolerance !== 'number' || !(tolerance >= 0))
    throw invalid(`the tolerance of ${where} is a number from 0 on`);
  const answer = typeof expect === 'string' ? expect : numbersIn(expect);
  if (answer === undefined)
    throw invalid(`${where} expects a class, a number or a list of numbers`);
  return { input: inputOf(input, where), expect: answer, tolerance };
}

function inputOf(input: unknown, where: string): HandExample['input'] {
  const only = valueOf(input);
  if (only !== undefined) return new Map([['', only]]);
  if (!isRecord(input) || Object.keys(input).length === 0)
    throw invalid(`the input of ${where} is a text, numbers, or those by input name`);
  return new Map(
    Object.entries(input).map(([name, value]) => {
      const found = valueOf(value);
      if (found === undefined) throw invalid(`"${name}" of ${where} is a text or numbers`);
      return [name, found];
    }),
  );
}

function valueOf(value: unknown): string | readonly number[] | undefined {
  return typeof value === 'string' ? value : numbersIn(value);
}

/** A number or nested lists of them, flattened. */
function numbersIn(value: unknown): readonly number[] | undefined {
  if (typeof value === 'number') return [value];
  if (!Array.isArray(value)) return undefined;
  const flat: unknown[] = value.flat(Infinity);
  return flat.length > 0 && flat.every((each) => typeof each === 'number') ? flat : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(reason: string): LineageError {
  return new LineageError('test-invalid', { field: 'arguments.examples', reason });
}
