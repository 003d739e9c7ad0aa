/*
 * Data sets as the files that people have them in, written here so that the graphs take the same way as
 * dropped files do.
 */

/** Source: the IDX format of MNIST (Y. LeCun): magic number 0x08 (bytes) and rank, extents, values. */
export function idxBytes(shape: readonly number[], values: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = new DataView(new ArrayBuffer(4 + 4 * shape.length));
  head.setUint32(0, 0x0800 + shape.length);
  for (const [axis, extent] of shape.entries()) head.setUint32(4 + 4 * axis, extent);
  return joined(new Uint8Array(head.buffer), values);
}

/** An NPY file, version 1, of bytes. Source: NumPy, `numpy.lib.format`. */
export function npyBytes(shape: readonly number[], values: Uint8Array): Uint8Array<ArrayBuffer> {
  return npy('|u1', shape, values);
}

/** An NPY file, version 1, of short ASCII words. */
export function npyWords(words: readonly string[]): Uint8Array<ArrayBuffer> {
  const width = Math.max(1, ...words.map(({ length }) => length));
  const values = new Uint8Array(words.length * width);
  for (const [at, word] of words.entries()) values.set(ascii(word), at * width);
  return npy(`|S${width}`, [words.length], values);
}

function npy(descr: string, shape: readonly number[], values: Uint8Array): Uint8Array<ArrayBuffer> {
  const extents = shape.length === 1 ? `${shape[0] ?? 0},` : shape.join(', ');
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${extents}), }`;
  // The header ends with a line feed, and the values begin at a multiple of 64.
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const header = ascii(`${text.padEnd(length - 1)}\n`);
  const start = Uint8Array.of(0x93, ...ascii('NUMPY'), 1, 0, length & 255, length >> 8);
  return joined(start, header, values);
}

/** A WAV file of 16-bit samples, −1 to 1, on one channel. */
export function wavBytes(sampleRate: number, samples: Float32Array): Uint8Array<ArrayBuffer> {
  const size = 2 * samples.length;
  const bytes = new Uint8Array(44 + size);
  const view = new DataView(bytes.buffer);
  bytes.set(ascii('RIFF'), 0);
  view.setUint32(4, 36 + size, true);
  bytes.set(ascii('WAVEfmt '), 8);
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, 2 * sampleRate, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  bytes.set(ascii('data'), 36);
  view.setUint32(40, size, true);
  for (const [at, sample] of samples.entries())
    view.setInt16(44 + 2 * at, Math.round(Math.max(-1, Math.min(1, sample)) * 32767), true);
  return bytes;
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
