import type { FormatFailures } from '../failures.ts';
import { quoted, utf8 } from '../text.ts';

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
  /** Offset of the next byte, in the file. */
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
  let at = 0;
  let depth = 0;

  function wrong(expected: string, place = at): Error {
    const found = place >= bytes.length ? 'it ends' : `there is ${shown(bytes[place])}`;
    return fail.invalid(origin + place, `${what}: ${found} where ${expected} should be`);
  }

  function peek(): number {
    while (at < bytes.length && isSpace(bytes[at])) at++;
    return bytes[at] ?? -1;
  }

  function take(char: string): boolean {
    if (peek() !== char.charCodeAt(0)) return false;
    at++;
    return true;
  }

  function members(close: string, one: () => void): void {
    if (++depth > maxNesting)
      throw fail.invalid(origin + at, `${what}: values nest more than ${maxNesting} deep`);
    if (!take(close)) {
      do one();
      while (take(','));
      if (!take(close)) throw wrong(`"," or "${close}"`);
    }
    depth--;
  }

  const reader: StrictJson = {
    place: () => origin + at,
    object(member) {
      if (!take('{')) throw wrong('an object');
      const seen = new Set<string>();
      members('}', () => {
        peek();
        const start = at;
        const key = reader.string();
        if (seen.has(key))
          throw fail.invalid(origin + start, `${what}: the key ${quoted(key)} comes twice`);
        seen.add(key);
        if (!take(':')) throw wrong('":"');
        member(key);
      });
    },
    array(item) {
      if (!take('[')) throw wrong('an array');
      let index = 0;
      members(']', () => {
        item(index++);
      });
    },
    string() {
      if (!take('"')) throw wrong('a string');
      const start = at;
      while (at < bytes.length && bytes[at] !== 0x22) at += bytes[at] === 0x5c ? 2 : 1;
      if (at >= bytes.length)
        throw fail.invalid(origin + start - 1, `${what}: a string never ends`);
      const text = unescape(bytes.subarray(start, at++));
      if (text === undefined)
        throw fail.invalid(origin + start, `${what}: a string is not valid JSON text in UTF-8`);
      return text;
    },
    integer() {
      peek();
      const start = at;
      const token = number();
      const value = Number(token);
      if (!/^(0|[1-9][0-9]*)$/.test(token) || !Number.isSafeInteger(value))
        throw fail.invalid(
          origin + start,
          `${what}: ${quoted(token)} is not a whole number from 0 to 2^53 - 1`,
        );
      return value;
    },
    skip() {
      const next = peek();
      if (next === 0x7b)
        reader.object(() => {
          reader.skip();
        });
      else if (next === 0x5b)
        reader.array(() => {
          reader.skip();
        });
      else if (next === 0x22) reader.string();
      else if (!word()) number();
    },
    end() {
      if (peek() !== -1) throw wrong('the end');
    },
  };

  /** Reads a number's text, as RFC 8259 spells it. */
  function number(): string {
    peek();
    const start = at;
    while (at < bytes.length && /[-+.0-9eE]/.test(String.fromCharCode(bytes[at] ?? 0))) at++;
    const token = String.fromCharCode(...bytes.subarray(start, Math.min(at, start + 400)));
    if (!/^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$/.test(token))
      throw wrong('a value', start);
    return token;
  }

  function word(): boolean {
    for (const text of ['true', 'false', 'null'])
      if (String.fromCharCode(...bytes.subarray(at, at + text.length)) === text) {
        at += text.length;
        return true;
      }
    return false;
  }

  return reader;
}

/** The characters of a string literal's bytes; undefined when it is not one. */
function unescape(bytes: Uint8Array): string | undefined {
  const raw = utf8(bytes);
  // JSON.parse checks the escapes and refuses control characters.
  if (raw === undefined) return undefined;
  if (!raw.includes('\\')) return /[\u0000-\u001f]/.test(raw) ? undefined : raw; // eslint-disable-line no-control-regex -- control characters are what is looked for
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function shown(byte: number | undefined): string {
  const code = byte ?? 0;
  return code > 0x20 && code < 0x7f
    ? `"${String.fromCharCode(code)}"`
    : `byte 0x${code.toString(16).padStart(2, '0')}`;
}
