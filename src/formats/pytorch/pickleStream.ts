import type { ByteSource } from '../../core/ports/modelFormats.ts';
import { formatFailures } from '../failures.ts';
import { maxPickleBytes } from '../limits.ts';
import type { PickleWorld } from './pickle/machine.ts';
import { WindowEnd } from './pickle/pickleReader.ts';
import { unpickle } from './pickle/unpickle.ts';
import type { PickleValue } from './pickle/values.ts';

const firstWindow = 256 * 1024;

/** Pickles that follow each other in a file. */
export interface PickleStream {
  /** @throws LineageError as `unpickle`, and `format-unsupported` for a pickle over the limit. */
  next(): Promise<PickleValue>;
  /** Offset after the last pickle. */
  position(): number;
}

/**
 * Reads pickles one after another from the start of `source`.
 *
 * The length of a pickle is known only at its end, so it is read from a window of 256 KiB, and again
 * from one four times as large where that was too small.
 */
export function pickleStream(source: ByteSource, world: PickleWorld): PickleStream {
  let at = 0;
  let window = { origin: 0, bytes: new Uint8Array(0) };

  /** The bytes from `at` on: those at hand, unless more are wanted. */
  async function windowOf(length: number): Promise<Uint8Array> {
    const wanted = Math.min(length, source.sizeBytes - at);
    if (at < window.origin || window.origin + window.bytes.length - at < wanted)
      window = { origin: at, bytes: await source.read(at, wanted) };
    return window.bytes.subarray(at - window.origin);
  }

  return {
    position: () => at,
    async next() {
      const available = source.sizeBytes - at;
      const held = window.origin + window.bytes.length - at;
      for (
        let length = held > 0 ? held : firstWindow;
        ;
        length = Math.max(firstWindow, 4 * length)
      ) {
        const bytes = await windowOf(Math.min(length, maxPickleBytes));
        try {
          const { value, end } = unpickle(source.path, { bytes, origin: at, available }, world);
          at = end;
          return value;
        } catch (error) {
          if (!(error instanceof WindowEnd)) throw error;
          if (length >= maxPickleBytes)
            throw formatFailures(source.path, 'PyTorch checkpoint').unsupported(
              at,
              `a pickle of more than ${maxPickleBytes} bytes`,
            );
        }
      }
    },
  };
}
