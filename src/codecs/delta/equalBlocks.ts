import type { ByteReader } from '../byteReader.ts';
import type { ByteWriter } from '../byteWriter.ts';

/** Elements that are equal or changed together. */
const blockElements = 64;

/**
 * Which blocks of 64 elements differ anywhere, in order, as lengths of runs that begin with equal
 * blocks and then alternate.
 *
 * @param wordsPerElement - 1, or 2 for elements of eight bytes.
 */
export function changedRuns(
  words: Uint32Array,
  base: Uint32Array,
  wordsPerElement: 1 | 2,
): number[] {
  const size = blockElements * wordsPerElement;
  const runs = [0];
  let changed = false;
  for (let from = 0; from < words.length; from += size) {
    const to = Math.min(words.length, from + size);
    let i = from;
    while (i < to && words[i] === base[i]) i++;
    if (i < to !== changed) {
      changed = !changed;
      runs.push(0);
    }
    runs.push((runs.pop() ?? 0) + 1);
  }
  return runs;
}

export function putRuns(out: ByteWriter, runs: readonly number[]): void {
  for (const run of runs) out.varint(run);
}

/** @throws LineageError `codec-invalid` when the runs do not cover just `words` words. */
export function takeRuns(reader: ByteReader, words: number, wordsPerElement: 1 | 2): number[] {
  let blocks = Math.ceil(words / (blockElements * wordsPerElement));
  const runs: number[] = [];
  while (blocks > 0) {
    const run = reader.varint();
    if (run > blocks || (run === 0 && runs.length > 0))
      throw reader.invalid('the runs of equal blocks do not fit the data');
    runs.push(run);
    blocks -= run;
  }
  return runs;
}

/** The words of the changed blocks, one after the other. */
export function gatherChanged(
  words: Uint32Array,
  runs: readonly number[],
  wordsPerElement: 1 | 2,
): Uint32Array {
  const gathered = new Uint32Array(words.length);
  let to = 0;
  forChanged(runs, words.length, wordsPerElement, (from, end) => {
    gathered.set(words.subarray(from, end), to);
    to += end - from;
  });
  return gathered.subarray(0, to);
}

/** Puts what `gatherChanged` gave back in its places. */
export function scatterChanged(
  words: Uint32Array,
  gathered: Uint32Array,
  runs: readonly number[],
  wordsPerElement: 1 | 2,
): void {
  let at = 0;
  forChanged(runs, words.length, wordsPerElement, (from, end) => {
    words.set(gathered.subarray(at, at + end - from), from);
    at += end - from;
  });
}

function forChanged(
  runs: readonly number[],
  length: number,
  wordsPerElement: 1 | 2,
  visit: (from: number, to: number) => void,
): void {
  let from = 0;
  runs.forEach((run, index) => {
    const to = Math.min(length, from + run * blockElements * wordsPerElement);
    if (index % 2 === 1) visit(from, to);
    from = to;
  });
}
