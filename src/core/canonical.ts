import { utf8 } from './utf8.ts';

/**
 * The one text of a JSON value: keys sorted by UTF-16 code unit, no spaces, members that are
 * undefined left out, numbers as ECMAScript writes them. Equal values give equal texts.
 *
 * Source: RFC 8785 (JSON Canonicalization Scheme), sections 3.2.2 and 3.2.3.
 *
 * @throws Error for what JSON has no value for: NaN, an infinity, a bigint, a function, a lone
 *   undefined. Such a value in stored data is a bug of the caller.
 */
export function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonicalText(member)}`);
    return `{${members.join(',')}}`;
  }
  const finite = typeof value !== 'number' || Number.isFinite(value);
  const text = finite ? (JSON.stringify(value) as string | undefined) : undefined;
  if (text === undefined) throw new Error(`no canonical encoding for ${String(value)}`);
  return text;
}

/** The bytes that are hashed for a skeleton or manifest: its canonical text in UTF-8. */
export function canonicalBytes(value: unknown): Uint8Array<ArrayBuffer> {
  return utf8(canonicalText(value));
}
