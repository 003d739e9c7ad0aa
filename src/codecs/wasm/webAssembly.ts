/**
 * The part of WebAssembly's interface that is used here: this room knows neither the browser's types
 * nor Node's, and both have it.
 */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object, imports?: object) => { readonly exports: unknown };
  validate(bytes: Uint8Array<ArrayBuffer>): boolean;
}

/** WebAssembly where this environment has it. */
export function webAssembly(): WebAssemblyApi | undefined {
  return (globalThis as { WebAssembly?: WebAssemblyApi }).WebAssembly;
}

/** The bytes of a base64 text without line breaks. Source: RFC 4648. */
export function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const length = text.length - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0);
  const bytes = new Uint8Array(Math.floor((length * 3) / 4));
  let held = 0;
  for (let i = 0, at = 0; i < length; i++) {
    held = (held << 6) | digits.indexOf(text.charAt(i));
    if (i % 4 !== 0) bytes[at++] = held >> (6 - 2 * (i % 4));
  }
  return bytes;
}
