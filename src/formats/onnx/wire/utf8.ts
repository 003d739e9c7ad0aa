// The platform's decoder, the one thing of it that this room needs; there in browsers and in Node.
declare const TextDecoder: new (label: 'utf-8') => { decode(bytes: Uint8Array): string };

const decoder = new TextDecoder('utf-8');

/** Text from UTF-8; what is not valid becomes U+FFFD. Short ASCII, nearly all names, is fast. */
export function utf8(bytes: Uint8Array): string {
  if (bytes.length > 128) return decoder.decode(bytes);
  for (const byte of bytes) if (byte > 0x7f) return decoder.decode(bytes);
  return String.fromCharCode(...bytes);
}
