import type { Reading } from '../../core/data/dataset.ts';
import type { RawColumn, RawExamples } from '../../core/data/rawExamples.ts';
import type { ByteSource } from '../../core/ports/modelFormats.ts';
import { quoted } from '../text.ts';
import { contentsOf, fileName } from './dataFiles.ts';
import { textOf } from './dataText.ts';
import { invalid, type BadRowList } from './failures.ts';
import { maxColumns, maxDecodedBytes, maxExamples, maxTextBytes } from './limits.ts';
import { isMissing, numberColumn, numberOf } from './numberColumn.ts';
import type { Pacer } from './pacer.ts';
import { recordsOf, type DataRecord } from './records.ts';

type Delimited = Extract<Reading, { is: 'delimited' }>;

/** From this share of numbers on, a column holds numbers and its other values are mistakes. */
const numericShare = 0.95;

/**
 * Tables of numbers and names. A column is numbers if nearly all of its values are; a row that lacks a
 * value, has too many or too few, or has a word among numbers is listed in `bad` and left out. Of
 * several files, a column `file` tells which.
 *
 * @throws LineageError `dataset-invalid`: no text, no usable row, over a limit; `file-unreadable`.
 */
export async function readDelimited(
  files: readonly ByteSource[],
  reading: Delimited,
  bad: BadRowList,
  pacer: Pacer,
): Promise<RawExamples> {
  const { columns } = reading;
  const texts = await textsOf(files, columns.length);
  const numeric = await numericColumns(texts, reading, pacer);
  const builders = columns.map((_, at) => (numeric[at] === true ? numberColumn() : strings()));
  const fileOf: string[] = [];
  for (const { file, text } of texts)
    for (const record of rowsOf(text, reading)) {
      const pause = pacer.step();
      if (pause !== undefined) await pause;
      const reason = record.problem ?? rowProblem(record, reading, numeric);
      if (reason !== undefined) {
        bad.add({ file, line: record.line, reason });
        continue;
      }
      checkSize(fileOf.length + 1, columns.length, file);
      pushRow(builders, record.fields);
      fileOf.push(fileName(file));
    }
  if (fileOf.length === 0) throw noRows(files, bad);
  return assembled(reading, builders, fileOf, files.length > 1);
}

async function textsOf(
  files: readonly ByteSource[],
  columns: number,
): Promise<{ file: string; text: string }[]> {
  if (columns > maxColumns)
    throw invalid(files[0]?.path ?? '', `it has ${columns} columns; at most ${maxColumns}`);
  const texts: { file: string; text: string }[] = [];
  for (const file of files)
    texts.push({ file: file.path, text: textOf(await contentsOf(file, maxTextBytes), file.path) });
  return texts;
}

function pushRow(builders: readonly Builder[], fields: readonly string[]): void {
  for (const [at, builder] of builders.entries()) {
    const field = (fields[at] ?? '').trim();
    if (builder.is === 'strings') builder.push(field);
    else builder.push(numberOf(field) ?? 0);
  }
}

function assembled(
  { columns, label }: Delimited,
  builders: readonly Builder[],
  fileOf: readonly string[],
  several: boolean,
): RawExamples {
  const made = columns.map((name, at): RawColumn => {
    const builder = builders[at] as Builder;
    return builder.is === 'strings'
      ? { is: 'strings', name, values: builder.values }
      : { is: 'numbers', name, shape: [], data: builder.done() };
  });
  const texts = made.filter(
    (column) => column.is === 'strings' && column.name !== label && isProse(column.values),
  );
  const numbers = made.filter((column) => column.is === 'numbers' && column.name !== label);
  if (several && !columns.includes('file'))
    made.push({ is: 'strings', name: 'file', values: fileOf });
  const kind = texts.length > 0 && numbers.length === 0 ? 'text' : 'table';
  return { kind, count: fileOf.length, columns: made };
}

/** Whether values are sentences rather than names: most have a space. */
function isProse(values: readonly string[]): boolean {
  return values.filter((value) => value.includes(' ')).length > values.length / 2;
}

type Builder = ReturnType<typeof numberColumn> | ReturnType<typeof strings>;

function strings() {
  const values: string[] = [];
  // One string object for equal values: a category of ten names is ten strings, not a million.
  const known = new Map<string, string>();
  return {
    is: 'strings' as const,
    values,
    push(value: string): void {
      const same = known.get(value);
      if (same === undefined && known.size < 10_000) known.set(value, value);
      values.push(same ?? value);
    },
  };
}

function* rowsOf(text: string, { delimiter, header }: Delimited): Generator<DataRecord> {
  let first = true;
  for (const record of recordsOf(text, delimiter)) {
    if (!(first && header)) yield record;
    first = false;
  }
}

async function numericColumns(
  texts: readonly { readonly text: string }[],
  reading: Delimited,
  pacer: Pacer,
): Promise<boolean[]> {
  const numbers = new Array<number>(reading.columns.length).fill(0);
  const known = new Array<number>(reading.columns.length).fill(0);
  for (const { text } of texts)
    for (const { fields, problem } of rowsOf(text, reading)) {
      const pause = pacer.step();
      if (pause !== undefined) await pause;
      if (problem !== undefined || fields.length !== reading.columns.length) continue;
      for (const [at, field] of fields.entries()) {
        const isNumber = numberOf(field) !== undefined;
        if (isNumber) numbers[at] = (numbers[at] ?? 0) + 1;
        if (isNumber || !isMissing(field)) known[at] = (known[at] ?? 0) + 1;
      }
    }
  return known.map((count, at) => count > 0 && (numbers[at] ?? 0) >= numericShare * count);
}

function rowProblem(
  { fields }: DataRecord,
  { columns }: Delimited,
  numeric: readonly boolean[],
): string | undefined {
  if (fields.length !== columns.length)
    return `it has ${fields.length} values, not ${columns.length}`;
  for (const [at, field] of fields.entries()) {
    const name = quoted(columns[at] ?? '');
    if (numeric[at] === true && numberOf(field) === undefined)
      return isMissing(field)
        ? `${name} is missing`
        : `${name} is ${quoted(field.trim())}, not a number`;
    if (/^\s*\??\s*$/.test(field)) return `${name} is missing`;
  }
  return undefined;
}

function checkSize(rows: number, columns: number, file: string): void {
  if (rows > maxExamples) throw invalid(file, `it has more than ${maxExamples} rows`);
  if (rows * columns * 4 > maxDecodedBytes)
    throw invalid(file, `its values take more than ${maxDecodedBytes} bytes in memory`);
}

/** All rows are bad, or there is none: the first reason says most. */
export function noRows(files: readonly ByteSource[], bad: BadRowList): Error {
  const [first] = bad.first;
  if (first === undefined) return invalid(files[0]?.path ?? '', 'it has no rows');
  return invalid(first.file, `none of its rows can be used: ${first.reason}`, first.line);
}
