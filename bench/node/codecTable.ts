import type { CodecResult } from '../pages/codecs/codecTrials.ts';
import { printTable } from './table.ts';

/** Prints results with rates in MB/s of tensor bytes. */
export function printCodecs(results: readonly CodecResult[]): void {
  const rate = (bytes: number, ms: number) =>
    Number.isNaN(ms) ? '–' : (bytes / 1e3 / ms).toFixed(0);
  printTable(
    ['tensor', 'codec', 'ratio', 'encode MB/s', 'decode MB/s'],
    results.map(({ tensor, codec, bytes, coded, encodeMs, decodeMs }) => [
      tensor,
      codec,
      (bytes / coded).toFixed(3),
      rate(bytes, encodeMs),
      rate(bytes, decodeMs),
    ]),
  );
}
