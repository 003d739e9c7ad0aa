import { latin1 } from '../text.ts';

/** What the first bytes of a picture say; the size where they tell it. */
export interface ImageHeader {
  readonly mime: string;
  readonly width?: number;
  readonly height?: number;
}

/**
 * The kind and size of a picture, before anything is decoded. Undefined for what is no picture.
 *
 * Source: PNG (ISO 15948) 11.2.2; JPEG (ITU-T T.81) B.2.2; GIF89a 18; WebP container specification;
 * BITMAPINFOHEADER.
 */
export function imageHeader(bytes: Uint8Array): ImageHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = latin1(bytes.subarray(0, 16));
  if (text.startsWith('\x89PNG\r\n\x1a\n'))
    return sized('image/png', view, 24, () => [view.getUint32(16), view.getUint32(20)]);
  if (text.startsWith('\xff\xd8\xff')) return { mime: 'image/jpeg', ...jpegSize(view) };
  if (/^GIF8[79]a/.test(text))
    return sized('image/gif', view, 10, () => [view.getUint16(6, true), view.getUint16(8, true)]);
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP')
    return { mime: 'image/webp', ...webpSize(view, text.slice(12, 16)) };
  if (text.startsWith('BM') && text.slice(6, 10) === '\0\0\0\0')
    return sized('image/bmp', view, 26, () => [
      Math.abs(view.getInt32(18, true)),
      Math.abs(view.getInt32(22, true)),
    ]);
  if (text.slice(4, 12) === 'ftypavif') return { mime: 'image/avif' };
  return undefined;
}

type Size = readonly [width: number, height: number];

function sized(mime: string, view: DataView, needs: number, size: () => Size): ImageHeader {
  if (view.byteLength < needs) return { mime };
  const [width, height] = size();
  return { mime, width, height };
}

/** From the first frame header: a marker C0 to CF that is not C4, C8 or CC. */
function jpegSize(view: DataView): { width?: number; height?: number } {
  let at = 2;
  while (at + 9 <= view.byteLength) {
    if (view.getUint8(at) !== 0xff) return {};
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))
      return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    at += 2 + view.getUint16(at + 2);
  }
  return {};
}

function webpSize(view: DataView, chunk: string): { width?: number; height?: number } {
  if (view.byteLength < 30) return {};
  const three = (at: number): number => view.getUint16(at, true) + view.getUint8(at + 2) * 65536;
  if (chunk === 'VP8X') return { width: three(24) + 1, height: three(27) + 1 };
  if (chunk === 'VP8 ')
    return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  const bits = view.getUint32(21, true);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}
