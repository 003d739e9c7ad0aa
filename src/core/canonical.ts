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

/**
 * UTF-8 of `text`. Core has no `TextEncoder`; JSON text has no lone surrogates, as `JSON.stringify`
 * escapes them. Source: RFC 3629, section 3.
 */
function utf8(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length * 3);
  let at = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.codePointAt(index) ?? 0;
    if (code < 0x80) {
      bytes[at++] = code;
    } else if (code < 0x800) {
      bytes[at++] = 0xc0 | (code >> 6);
      bytes[at++] = 0x80 | (code & 0x3f);
    } else if (code < 0x10000) {
      bytes[at++] = 0xe0 | (code >> 12);
      bytes[at++] = 0x80 | ((code >> 6) & 0x3f);
      bytes[at++] = 0x80 | (code & 0x3f);
    } else {
      index++;
      bytes[at++] = 0xf0 | (code >> 18);
      bytes[at++] = 0x80 | ((code >> 12) & 0x3f);
      bytes[at++] = 0x80 | ((code >> 6) & 0x3f);
      bytes[at++] = 0x80 | (code & 0x3f);
    }
  }
  return bytes.slice(0, at);
}
