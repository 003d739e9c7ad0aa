/** An IDX file; element codes as the format has them. */
export function idxFile(type: number, shape: readonly number[], values: readonly number[]): Uint8Array<ArrayBuffer> {
  const size = { 8: 1, 9: 1, 11: 2, 12: 4, 13: 4, 14: 8 }[type] ?? 1;
  const bytes = new Uint8Array(4 + 4 * shape.length + size * values.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0, 0, type, shape.length]);
  shape.forEach((extent, axis) => { view.setUint32(4 + 4 * axis, extent); });
  values.forEach((value, i) => {
    const at = 4 + 4 * shape.length + i * size;
    if (type === 8) view.setUint8(at, value);
    else if (type === 9) view.setInt8(at, value);
    else if (type === 11) view.setInt16(at, value);
    else if (type === 12) view.setInt32(at, value);
    else if (type === 13) view.setFloat32(at, value);
    else view.setFloat64(at, value);
  });
  return bytes;
} // prettier-ignore

/** An NPY file as NumPy writes it. Values in the order they lie. */
export function npyFile(
  descr: string,
  shape: readonly number[],
  values: readonly (number | string)[],
  { version = 1, fortran = false } = {},
): Uint8Array<ArrayBuffer> {
  const tuple = shape.length === 1 ? `(${shape[0] ?? 0},)` : `(${shape.join(', ')})`;
  const dict = `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${tuple}, }`;
  const fixed = version === 1 ? 10 : 12;
  const header = dict.padEnd(Math.ceil((fixed + dict.length + 1) / 64) * 64 - fixed - 1) + '\n';
  const elements = values.flatMap((value) => [...elementBytes(descr, value)]);
  const bytes = new Uint8Array(fixed + header.length + elements.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  const view = new DataView(bytes.buffer);
  if (version === 1) view.setUint16(8, header.length, true);
  else view.setUint32(8, header.length, true);
  bytes.set(new TextEncoder().encode(header), fixed);
  bytes.set(elements, fixed + header.length);
  return bytes;
}

function elementBytes(descr: string, value: number | string): Uint8Array {
  const little = !descr.startsWith('>');
  const kind = descr.slice(1, 2);
  const size = Number(descr.slice(2)) * (kind === 'U' ? 4 : 1);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  if (typeof value === 'string') {
    for (const [at, code] of Array.from(value, (c) => c.charCodeAt(0)).entries())
      if (kind === 'U') view.setUint32(at * 4, code, little);
      else bytes[at] = code;
    return bytes;
  }
  const write: Readonly<Record<string, () => void>> = {
    f2: () => { view.setUint16(0, { '1.5': 0x3e00, '-2': 0xc000 }[String(value)] ?? 0, little); },
    f4: () => { view.setFloat32(0, value, little); },
    f8: () => { view.setFloat64(0, value, little); },
    i1: () => { view.setInt8(0, value); },
    i2: () => { view.setInt16(0, value, little); },
    i4: () => { view.setInt32(0, value, little); },
    i8: () => { view.setBigInt64(0, BigInt(value), little); },
    u1: () => { view.setUint8(0, value); },
    u2: () => { view.setUint16(0, value, little); },
    u4: () => { view.setUint32(0, value, little); },
    u8: () => { view.setBigUint64(0, BigInt(value), little); },
    b1: () => { view.setUint8(0, value); },
  }; // prettier-ignore
  write[descr.slice(1)]?.();
  return bytes;
}

export interface WavForm {
  readonly bits: 8 | 16 | 24 | 32 | 64;
  readonly float?: boolean;
  readonly channels?: number;
  readonly extensible?: boolean;
  /** With chunks that are to be skipped before the sound, one of odd length. */
  readonly extra?: boolean;
}

/** A WAV file of 8,000 samples a second; channels interleaved. */
export function wavFile(
  values: readonly number[],
  { bits, float = false, channels = 1, extensible = false, extra = false }: WavForm,
): Uint8Array<ArrayBuffer> {
  const size = bits / 8;
  const format = new Uint8Array(extensible ? 40 : 16);
  const view = new DataView(format.buffer);
  const code = float ? 3 : 1;
  view.setUint16(0, extensible ? 0xfffe : code, true);
  view.setUint16(2, channels, true);
  view.setUint32(4, 8000, true);
  view.setUint32(8, 8000 * channels * size, true);
  view.setUint16(12, channels * size, true);
  view.setUint16(14, bits, true);
  if (extensible) {
    view.setUint16(16, 22, true);
    view.setUint16(24, code, true);
  }
  const sound = new Uint8Array(values.length * size);
  const samples = new DataView(sound.buffer);
  values.forEach((value, i) => {
    const at = i * size;
    const whole = Math.round(value * 2 ** (bits - 1));
    if (float && bits === 32) samples.setFloat32(at, value, true);
    else if (float) samples.setFloat64(at, value, true);
    else if (bits === 8) samples.setUint8(at, whole + 128);
    else for (let byte = 0; byte < size; byte++) samples.setUint8(at + byte, (whole >> (8 * byte)) & 255); // prettier-ignore
  });
  const chunks = [
    ...(extra ? [chunk('LIST', Uint8Array.of(1, 2, 3))] : []),
    chunk('fmt ', format),
    ...(extra ? [chunk('fact', Uint8Array.of(0, 0, 0, 0))] : []),
    chunk('data', sound),
  ];
  return chunk('RIFF', Uint8Array.from([0x57, 0x41, 0x56, 0x45, ...chunks.flatMap((one) => [...one])])); // prettier-ignore
}

function chunk(name: string, contents: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8 + contents.length + (contents.length % 2));
  bytes.set(Array.from(name, (c) => c.charCodeAt(0)));
  new DataView(bytes.buffer).setUint32(4, contents.length, true);
  bytes.set(contents, 8);
  return bytes;
}
