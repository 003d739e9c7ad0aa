import type { ByteReader } from '../byteReader.ts';
import type { ByteWriter } from '../byteWriter.ts';

/**
 * Writes which blocks are marked, as lengths of runs that begin with unmarked ones and alternate.
 *
 * @param flags - `[blocks]`, 0 or 1.
 */
export function putBlockRuns(out: ByteWriter, flags: Uint8Array): void {
  let value = 0;
  let run = 0;
  for (const flag of flags) {
    if (flag !== value) {
      out.varint(run);
      run = 0;
      value = flag;
    }
    run++;
  }
  out.varint(run);
}

/** @throws LineageError `codec-invalid` when the runs do not cover just `blocks` blocks. */
export function takeBlockRuns(reader: ByteReader, blocks: number): Uint8Array {
  const flags = new Uint8Array(blocks);
  for (let at = 0, first = true, value = 0; at < blocks; first = false, value = 1 - value) {
    const run = reader.varint();
    if (run > blocks - at || (run === 0 && !first))
      throw reader.invalid('the runs of equal blocks do not fit the data');
    flags.fill(value, at, at + run);
    at += run;
  }
  return flags;
}
