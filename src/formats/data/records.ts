import type { Reading } from '../../core/data/dataset.ts';

export type Delimiter = Extract<Reading, { is: 'delimited' }>['delimiter'];

/** A record of a delimited file. */
export interface DataRecord {
  /** 1-based line it begins in. */
  readonly line: number;
  readonly fields: readonly string[];
  /** Why its fields cannot be told apart. */
  readonly problem?: string;
}

/**
 * The records of a delimited text; empty lines are none.
 *
 * A field in double quotes may hold delimiters, line ends and doubled quotes; lines end by LF, CRLF or
 * CR. Spaces as delimiters count once however many they are, and none at a line's ends.
 * Source: RFC 4180, section 2.
 */
export function* recordsOf(text: string, delimiter: Delimiter): Generator<DataRecord> {
  const cursor: Cursor = { text, delimiter, at: 0, line: 1 };
  while (cursor.at < text.length) {
    const record = nextRecord(cursor);
    const empty = record.fields.length === 1 && record.fields[0]?.trim() === '';
    if (!empty || record.problem !== undefined) yield record;
  }
}

function nextRecord(cursor: Cursor): DataRecord {
  const { line, delimiter } = cursor;
  const fields: string[] = [];
  let problem: string | undefined;
  skipSpaces(cursor);
  do {
    const field = cursor.text.charCodeAt(cursor.at) === quote ? quoted(cursor) : plain(cursor);
    fields.push(field.value);
    problem ??= field.problem;
  } while (nextField(cursor, delimiter));
  endLine(cursor);
  return { line, fields, ...(problem === undefined ? {} : { problem }) };
}

/** Steps over a delimiter; false at a line's end, to which spaces before it belong where they delimit. */
function nextField(cursor: Cursor, delimiter: Delimiter): boolean {
  if (cursor.text[cursor.at] !== delimiter) return false;
  cursor.at++;
  skipSpaces(cursor);
  return delimiter !== ' ' || !atLineEnd(cursor);
}

interface Cursor {
  readonly text: string;
  readonly delimiter: Delimiter;
  at: number;
  line: number;
}

interface FieldText {
  readonly value: string;
  readonly problem?: string;
}

const quote = 34;
const lineFeed = 10;
const carriageReturn = 13;

function atLineEnd({ text, at }: Cursor): boolean {
  const code = text.charCodeAt(at);
  return at >= text.length || code === lineFeed || code === carriageReturn;
}

/** Where spaces delimit, several are as one. */
function skipSpaces(cursor: Cursor): void {
  if (cursor.delimiter !== ' ') return;
  while (cursor.text[cursor.at] === ' ') cursor.at++;
}

function plain(cursor: Cursor): FieldText {
  const { text, delimiter, at } = cursor;
  const code = delimiter.charCodeAt(0);
  let end = at;
  for (; end < text.length; end++) {
    const here = text.charCodeAt(end);
    if (here === code || here === lineFeed || here === carriageReturn) break;
  }
  cursor.at = end;
  return { value: text.slice(at, end) };
}

function quoted(cursor: Cursor): FieldText {
  const { text, line } = cursor;
  let value = '';
  let start = cursor.at + 1;
  for (;;) {
    const end = text.indexOf('"', start);
    if (end < 0) {
      cursor.at = text.length;
      return { value, problem: `the quote that opens in line ${line} is never closed` };
    }
    value += text.slice(start, end);
    cursor.at = end + 1;
    if (text.charCodeAt(end + 1) !== quote) break;
    value += '"';
    start = end + 2;
  }
  cursor.line += lineEnds(value);
  const rest = plain(cursor).value;
  if (rest.trim() === '') return { value };
  return { value: value + rest, problem: 'text follows a closing quote' };
}

function endLine(cursor: Cursor): void {
  if (cursor.text.charCodeAt(cursor.at) === carriageReturn) cursor.at++;
  if (cursor.text.charCodeAt(cursor.at) === lineFeed) cursor.at++;
  cursor.line++;
}

function lineEnds(value: string): number {
  let count = 0;
  for (let at = value.indexOf('\n'); at >= 0; at = value.indexOf('\n', at + 1)) count++;
  return count;
}
