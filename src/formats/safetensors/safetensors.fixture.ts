import { concat } from '../snapshot.fixture.ts';
import { utf8Bytes } from '../text.ts';

/** A safetensors file with this header's text and these bytes of data; the length may lie. */
export function safetensorsFile(
  header: string,
  data: Uint8Array = new Uint8Array(0),
  length?: bigint,
): Uint8Array<ArrayBuffer> {
  const text = utf8Bytes(header);
  const size = new Uint8Array(8);
  new DataView(size.buffer).setBigUint64(0, length ?? BigInt(text.length), true);
  return concat([size, text, data]);
}
