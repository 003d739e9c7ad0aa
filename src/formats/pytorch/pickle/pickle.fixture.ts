import { concat } from '../../snapshot.fixture.ts';
import { utf8Bytes } from '../../text.ts';

/** What the test writer pickles: data, and the opcodes that name and call. */
export type Pickled =
  | null
  | boolean
  | number
  | string
  | readonly Pickled[]
  | ReadonlyMap<Pickled, Pickled>
  | { readonly tuple: readonly Pickled[] }
  | { readonly global: string }
  | { readonly call: string; readonly args: readonly Pickled[]; readonly state?: Pickled }
  | { readonly make: string; readonly args: readonly Pickled[]; readonly state?: Pickled }
  | { readonly persistent: Pickled }
  | { readonly raw: readonly number[] };

/** A pickle of `value` in protocol 2. */
export function pickleOf(value: Pickled): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [Uint8Array.of(0x80, 2)];
  write(value, (...bytes) => parts.push(Uint8Array.from(bytes)), parts);
  parts.push(Uint8Array.of(0x2e));
  return concat(parts);
}

function int32(value: number): number[] {
  return [value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >> 24) & 255];
}

type Put = (...bytes: number[]) => void;

function write(value: Pickled, put: Put, parts: Uint8Array[]): void {
  if (value === null) put(0x4e);
  else if (typeof value === 'boolean') put(value ? 0x88 : 0x89);
  else if (typeof value === 'number') writeNumber(value, put);
  else if (typeof value === 'string') {
    const bytes = utf8Bytes(value);
    put(0x58, ...int32(bytes.length));
    parts.push(bytes);
  } else writeObject(value, put, parts);
}

function writeObject(
  value: Exclude<Pickled, null | boolean | number | string>,
  put: Put,
  parts: Uint8Array[],
): void {
  const each = (values: readonly Pickled[]): void => {
    for (const one of values) write(one, put, parts);
  };
  if (value instanceof Map) {
    put(0x7d, 0x28);
    for (const [key, item] of value as ReadonlyMap<Pickled, Pickled>) each([key, item]);
    put(0x75);
  } else if (Array.isArray(value)) {
    put(0x5d, 0x28);
    each(value as readonly Pickled[]);
    put(0x65);
  } else if ('tuple' in value) {
    put(0x28);
    each(value.tuple);
    put(0x74);
  } else if ('global' in value) writeGlobal(value.global, put);
  else if ('raw' in value) put(...value.raw);
  else if ('persistent' in value) {
    write(value.persistent, put, parts);
    put(0x51);
  } else if ('args' in value) writeCall(value, put, parts);
}

function writeCall(
  value: Extract<Pickled, { args: readonly Pickled[] }>,
  put: Put,
  parts: Uint8Array[],
): void {
  writeGlobal('call' in value ? value.call : value.make, put);
  write({ tuple: value.args }, put, parts);
  put('call' in value ? 0x52 : 0x81);
  if (value.state === undefined) return;
  write(value.state, put, parts);
  put(0x62);
}

function writeNumber(value: number, put: (...bytes: number[]) => void): void {
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 31) put(0x4a, ...int32(value));
  else if (Number.isInteger(value)) {
    const digits: number[] = [];
    for (let left = BigInt(value), index = 0; index < 9; index++, left >>= 8n)
      digits.push(Number(left & 255n));
    put(0x8a, 9, ...digits);
  } else {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, value);
    put(0x47, ...new Uint8Array(view.buffer));
  }
}

function writeGlobal(full: string, put: (...bytes: number[]) => void): void {
  const dot = full.lastIndexOf('.');
  put(0x63, ...utf8Bytes(`${full.slice(0, dot)}\n${full.slice(dot + 1)}\n`));
}
