import { joined } from '../database/joined.ts';

/** Arrays of numbers that a derived value may hold beside what JSON can say. */
const arrays = {
  Float32Array,
  Float64Array,
  Int32Array,
  Uint8Array,
  Uint16Array,
  Uint32Array,
} as const;
type ArrayName = keyof typeof arrays;

interface StoredArray {
  readonly $array: ArrayName;
  readonly at: number;
  readonly length: number;
}
interface StoredNumber {
  readonly $number: 'NaN' | 'Infinity' | '-Infinity' | '-0';
}
/** An object with one of these keys of its own: keys may come from a model file. */
interface StoredPlain {
  readonly $plain: readonly (readonly [string, unknown])[];
}

/**
 * A derived value as bytes: plain data with the arrays named here and any number, NaN and
 * infinities included. u32 length of the JSON, the JSON, the arrays' bytes.
 */
export function encodeDerived(value: unknown): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  let partsBytes = 0;
  const json = JSON.stringify(value, (_, member: unknown) => {
    if (typeof member === 'number') return storedNumber(member);
    if (!ArrayBuffer.isView(member) || member instanceof DataView) return escaped(member);
    const name = member.constructor.name;
    if (!(name in arrays)) throw new Error(`a derived value cannot hold a ${name}`);
    const stored = { $array: name, at: partsBytes, length: (member as Uint8Array).length };
    parts.push(new Uint8Array(member.buffer, member.byteOffset, member.byteLength));
    partsBytes += member.byteLength;
    return stored;
  });
  const text = new TextEncoder().encode(json);
  const head = new Uint8Array(4);
  new DataView(head.buffer).setUint32(0, text.length, true);
  return joined([head, text, ...parts]);
}

/** @param body - what `encodeDerived` gave. */
export function decodeDerived(body: Uint8Array<ArrayBuffer>): unknown {
  const textBytes = new DataView(body.buffer, body.byteOffset).getUint32(0, true);
  const arraysAt = 4 + textBytes;
  const text = new TextDecoder().decode(body.subarray(4, arraysAt));
  return JSON.parse(text, (_, member: unknown) => {
    if (typeof member !== 'object' || member === null) return member;
    if ('$number' in member) return Number((member as StoredNumber).$number);
    if ('$plain' in member) return Object.fromEntries((member as StoredPlain).$plain);
    if (!('$array' in member)) return member;
    const { $array, at, length } = member as StoredArray;
    const kind = arrays[$array];
    const start = arraysAt + at;
    const own = body.slice(start, start + length * kind.BYTES_PER_ELEMENT);
    return new kind(own.buffer);
  });
}

function storedNumber(value: number): number | StoredNumber {
  if (Number.isFinite(value) && !Object.is(value, -0)) return value;
  return { $number: (Object.is(value, -0) ? '-0' : String(value)) as StoredNumber['$number'] };
}

function escaped(member: unknown): unknown {
  if (typeof member !== 'object' || member === null) return member;
  const clashes = ['$array', '$number', '$plain'].some((key) => Object.hasOwn(member, key));
  return clashes ? ({ $plain: Object.entries(member) } satisfies StoredPlain) : member;
}
