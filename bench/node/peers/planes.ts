import { dtypeBits, isFloat } from '../../../src/core/dtype.ts';
import type { PeerTensor } from './peer.ts';

/** Bytes of an element, 1 where that is not a whole number. */
export function widthOf({ dtype }: PeerTensor): number {
  const bits = dtype === undefined ? 8 : dtypeBits[dtype];
  return bits === 16 || bits === 32 || bits === 64 ? bits / 8 : 1;
}

/** Whether the elements are floats of 2 or 4 bytes. */
export function isShortFloat(tensor: PeerTensor): boolean {
  const { dtype } = tensor;
  return dtype !== undefined && isFloat(dtype) && [2, 4].includes(widthOf(tensor));
}

/** Byte 0 of all elements, byte 1 of all, ...; bytes beyond the last whole element end the last plane. */
export function splitPlanes(bytes: Uint8Array, width: number): Uint8Array<ArrayBuffer>[] {
  const count = Math.floor(bytes.length / width);
  return Array.from({ length: width }, (_, plane) => {
    const tail = plane === width - 1 ? bytes.subarray(count * width) : bytes.subarray(0, 0);
    const out = new Uint8Array(count + tail.length);
    for (let at = 0; at < count; at++) out[at] = bytes[at * width + plane] ?? 0;
    out.set(tail, count);
    return out;
  });
}

/** What `splitPlanes` was given. */
export function joinPlanes(planes: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const width = planes.length;
  const count = planes[0]?.length ?? 0;
  const total = planes.reduce((sum, plane) => sum + plane.length, 0);
  // With one plane there is no tail; else the last is longer by it.
  const whole = width === 1 ? total : count * width;
  const out = new Uint8Array(total);
  planes.forEach((plane, nth) => {
    for (let at = 0; at * width + nth < whole; at++) out[at * width + nth] = plane[at] ?? 0;
  });
  out.set(planes.at(-1)?.subarray(whole / width) ?? [], whole);
  return out;
}

/**
 * The sign moved from the top bit of each float to its lowest, so that the exponent of a float32 or
 * bfloat16 is a byte; `back` undoes it. Only whole elements; a tail stays.
 */
export function moveSign(bytes: Uint8Array, width: number, back = false): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(bytes);
  const view = new DataView(out.buffer);
  for (let at = 0; at + width <= out.length; at += width)
    if (width === 4) {
      const word = view.getUint32(at, true);
      view.setUint32(at, back ? (word >>> 1) | (word << 31) : (word << 1) | (word >>> 31), true);
    } else if (width === 2) {
      const word = view.getUint16(at, true);
      view.setUint16(at, back ? (word >>> 1) | (word << 15) : (word << 1) | (word >>> 15), true);
    }
  return out;
}

/** `a` with the bits flipped that are set in `b`; equal lengths. */
export function exclusiveOr(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  return a.map((byte, at) => byte ^ (b[at] ?? 0));
}
