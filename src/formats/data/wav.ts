import type { RawClip } from '../../core/data/rawExamples.ts';
import { latin1 } from '../text.ts';

/**
 * A WAV file: integers of 8, 16, 24 or 32 bits or floats of 32 or 64, several channels averaged to one.
 *
 * Source: Microsoft and IBM, "Multimedia Programming Interface and Data Specifications 1.0" (RIFF);
 * Microsoft, `WAVEFORMATEXTENSIBLE`.
 *
 * @throws a plain Error with a message for people, which begins in lower case.
 */
export function parseWav(bytes: Uint8Array): RawClip {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!isWav(bytes)) throw new Error('it does not begin as a WAV file does (at byte 0)');
  let format: Format | undefined;
  for (let at = 12; at + 8 <= bytes.length;) {
    const name = latin1(bytes.subarray(at, at + 4));
    const size = view.getUint32(at + 4, true);
    const start = at + 8;
    if (name === 'fmt ') format = parseFormat(view, start, size);
    if (name === 'data') {
      if (format === undefined)
        throw new Error(`its sound comes before its format (at byte ${at})`);
      if (start + size > bytes.length)
        throw new Error(`it is cut off at byte ${bytes.length}: its sound has ${size} bytes`);
      return { sampleRate: format.sampleRate, samples: samplesOf(view, start, size, format) };
    }
    // Chunks begin at even offsets.
    at = start + size + (size % 2);
  }
  throw new Error(`it is cut off or has no sound (at byte ${bytes.length})`);
}

/** Whether bytes begin as a WAV file. */
export function isWav(head: Uint8Array): boolean {
  return latin1(head.subarray(0, 4)) === 'RIFF' && latin1(head.subarray(8, 12)) === 'WAVE';
}

interface Format {
  readonly float: boolean;
  readonly channels: number;
  readonly sampleRate: number;
  readonly bits: number;
}

const pcm = 1;
const ieeeFloat = 3;
const extensible = 0xfffe;

function parseFormat(view: DataView, start: number, size: number): Format {
  if (size < 16 || start + size > view.byteLength)
    throw new Error(`its format is cut off (at byte ${start})`);
  let code = view.getUint16(start, true);
  if (code === extensible) {
    if (size < 40) throw new Error(`its format is cut off (at byte ${start})`);
    code = view.getUint16(start + 24, true);
  }
  if (code !== pcm && code !== ieeeFloat)
    throw new Error(`its sound is compressed (format ${code}): save it as PCM`);
  const format = {
    float: code === ieeeFloat,
    channels: view.getUint16(start + 2, true),
    sampleRate: view.getUint32(start + 4, true),
    bits: view.getUint16(start + 14, true),
  };
  checkFormat(format, view.getUint16(start + 12, true), start);
  return format;
}

function checkFormat(
  { float, channels, sampleRate, bits }: Format,
  block: number,
  start: number,
): void {
  if (!(float ? [32, 64] : [8, 16, 24, 32]).includes(bits))
    throw new Error(`samples of ${bits} bits are not read`);
  if (channels < 1 || channels > 64) throw new Error(`it has ${channels} channels`);
  if (sampleRate < 100 || sampleRate > 1_000_000)
    throw new Error(`it has ${sampleRate} samples a second`);
  if (block !== (channels * bits) / 8)
    throw new Error(`its block size does not fit its format (at byte ${start + 12})`);
}

function samplesOf(
  view: DataView,
  start: number,
  size: number,
  { float, channels, bits }: Format,
): Float32Array<ArrayBuffer> {
  const bytes = bits / 8;
  const count = Math.floor(size / (bytes * channels));
  const read = reader(view, float, bits);
  const samples = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += read(start + (i * channels + c) * bytes);
    const value = sum / channels;
    if (!Number.isFinite(value)) throw new Error(`sample ${i} is not a number`);
    samples[i] = value;
  }
  return samples;
}

/** A sample from −1 to 1; 8 bits are unsigned. */
function reader(view: DataView, float: boolean, bits: number): (at: number) => number {
  if (float)
    return bits === 32 ? (at) => view.getFloat32(at, true) : (at) => view.getFloat64(at, true);
  switch (bits) {
    case 8:
      return (at) => (view.getUint8(at) - 128) / 128;
    case 16:
      return (at) => view.getInt16(at, true) / 2 ** 15;
    case 24:
      return (at) => (view.getUint16(at, true) + view.getInt8(at + 2) * 65536) / 2 ** 23;
    default:
      return (at) => view.getInt32(at, true) / 2 ** 31;
  }
}
