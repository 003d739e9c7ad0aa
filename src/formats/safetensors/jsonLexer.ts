import { utf8 } from '../text.ts';

/** The smallest parts of JSON text, taken from bytes in order. White space is passed over. */
export interface JsonLexer {
  /** Index of the next byte that is no white space. */
  at(): number;
  /** That byte; -1 at the end. */
  peek(): number;
  /** Passes over `char` if it is next. */
  take(char: string): boolean;
  /** Passes over a string literal: its text, undefined when that is malformed, null at the end. */
  string(): string | undefined | null;
  /** Passes over a number and gives its text; undefined when there is none. */
  number(): string | undefined;
  /** Passes over `true`, `false` or `null` if one is next. */
  word(): boolean;
}

/** Source: RFC 8259. */
export function jsonLexer(bytes: Uint8Array): JsonLexer {
  let at = 0;

  function peek(): number {
    while (at < bytes.length && isSpace(bytes[at])) at++;
    return bytes[at] ?? -1;
  }

  return {
    at() {
      peek();
      return at;
    },
    peek,
    take(char) {
      if (peek() !== char.charCodeAt(0)) return false;
      at++;
      return true;
    },
    string() {
      const start = ++at;
      while (at < bytes.length && bytes[at] !== 0x22) at += bytes[at] === 0x5c ? 2 : 1;
      return at >= bytes.length ? null : unescaped(bytes.subarray(start, at++));
    },
    number() {
      peek();
      const start = at;
      while (at < bytes.length && at - start < 400 && isNumeric(bytes[at])) at++;
      const token = String.fromCharCode(...bytes.subarray(start, at));
      return /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$/.test(token) ? token : undefined;
    },
    word() {
      for (const text of ['true', 'false', 'null'])
        if (String.fromCharCode(...bytes.subarray(at, at + text.length)) === text) {
          at += text.length;
          return true;
        }
      return false;
    },
  };
}

/** The characters of a string literal's bytes; undefined when it is not one. */
function unescaped(bytes: Uint8Array): string | undefined {
  const raw = utf8(bytes);
  if (raw === undefined) return undefined;
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (!raw.includes('\\')) return /[\u0000-\u001f]/.test(raw) ? undefined : raw;
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

function isNumeric(byte: number | undefined): boolean {
  return byte !== undefined && '-+.0123456789eE'.includes(String.fromCharCode(byte));
}
