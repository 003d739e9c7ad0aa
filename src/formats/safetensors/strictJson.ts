import type { FormatFailures } from '../failures.ts';
import { quoted } from '../text.ts';
import { jsonLexer } from './jsonLexer.ts';
import type { JsonLexer } from './jsonLexer.ts';

/** How deep values nest before the reader gives up. */
const maxNesting = 16;

/**
 * Reads JSON step by step, from bytes, into whatever the caller builds: nothing is kept here.
 *
 * Stricter than `JSON.parse`: a key that comes twice in one object is an error that names it, and an
 * integer is only what is written as one. Source: RFC 8259.
 *
 * All methods throw LineageError `format-invalid` with the offset in the file.
 */
export interface StrictJson {
  /** Offset of the next value or sign, in the file. */
  place(): number;
  /** Reads an object; `member` must read the value of `key`. */
  object(member: (key: string) => void): void;
  /** Reads an array; `item` must read one value. */
  array(item: (index: number) => void): void;
  string(): string;
  /** A number of digits only, at most 2^53 - 1. */
  integer(): number;
  /** Passes over any value. */
  skip(): void;
  /** Requires that nothing but white space follows. */
  end(): void;
}

/**
 * @param bytes - the text in UTF-8.
 * @param origin - offset of `bytes` in the file, for errors.
 * @param what - what is read, for errors: "the header".
 */
export function strictJson(
  bytes: Uint8Array,
  origin: number,
  what: string,
  fail: FormatFailures,
): StrictJson {
  const lexer = jsonLexer(bytes);
  const invalid = (at: number, reason: string): Error =>
    fail.invalid(Math.min(origin + at, origin + bytes.length), `${what}: ${reason}`);
  const wrong = (expected: string, at = lexer.at()): Error =>
    invalid(at, `${shown(bytes[at])} where ${expected} should be`);
  const { members, depth } = nesting(lexer, wrong, invalid);

  const reader: StrictJson = {
    place: () => origin + lexer.at(),
    object(member) {
      if (!lexer.take('{')) throw wrong('an object');
      const seen = new Set<string>();
      members('}', () => {
        const start = lexer.at();
        const key = reader.string();
        if (seen.has(key)) throw invalid(start, `the key ${quoted(key)} comes twice`);
        seen.add(key);
        if (!lexer.take(':')) throw wrong('":"');
        member(key);
      });
    },
    array(item) {
      if (!lexer.take('[')) throw wrong('an array');
      let index = 0;
      members(']', () => {
        item(index++);
      });
    },
    string() {
      const start = lexer.at();
      if (lexer.peek() !== 0x22) throw wrong('a string');
      const text = lexer.string();
      if (text === null) throw invalid(start, 'a string never ends');
      if (text === undefined) throw invalid(start, 'a string is not valid JSON text in UTF-8');
      return text;
    },
    integer() {
      const start = lexer.at();
      const token = lexer.number();
      if (token === undefined) throw wrong('a number', start);
      const value = Number(token);
      if (!/^(0|[1-9][0-9]*)$/.test(token) || !Number.isSafeInteger(value))
        throw invalid(start, `${quoted(token)} is not a whole number from 0 to 2^53 - 1`);
      return value;
    },
    skip() {
      skipValue(reader, lexer, wrong);
    },
    end() {
      if (lexer.peek() !== -1 || depth() > 0) throw wrong('the end');
    },
  };
  return reader;
}

function skipValue(
  reader: StrictJson,
  lexer: JsonLexer,
  wrong: (expected: string, at: number) => Error,
): void {
  const start = lexer.at();
  const next = lexer.peek();
  const again = (): void => {
    reader.skip();
  };
  if (next === 0x7b) reader.object(again);
  else if (next === 0x5b) reader.array(again);
  else if (next === 0x22) reader.string();
  else if (!lexer.word() && lexer.number() === undefined) throw wrong('a value', start);
}

/** Reads what stands between brackets, counting how deep they nest. */
function nesting(
  lexer: JsonLexer,
  wrong: (expected: string) => Error,
  invalid: (at: number, reason: string) => Error,
): { members: (close: string, one: () => void) => void; depth: () => number } {
  let depth = 0;
  return {
    depth: () => depth,
    members(close, one) {
      if (++depth > maxNesting)
        throw invalid(lexer.at(), `values nest more than ${maxNesting} deep`);
      if (!lexer.take(close)) {
        do one();
        while (lexer.take(','));
        if (!lexer.take(close)) throw wrong(`"," or "${close}"`);
      }
      depth--;
    },
  };
}

function shown(byte: number | undefined): string {
  if (byte === undefined) return 'it ends';
  return byte > 0x20 && byte < 0x7f
    ? `there is "${String.fromCharCode(byte)}"`
    : `there is byte 0x${byte.toString(16).padStart(2, '0')}`;
}
