import { counts, countsBytes } from './layout';

/** The four rows of counters in one, the first. */
export function addCounts(): void {
  for (let at = counts; at < counts + countsBytes; at += 16) {
    const first = i32x4.add(v128.load(at), v128.load(at + countsBytes));
    const second = i32x4.add(v128.load(at + 2 * countsBytes), v128.load(at + 3 * countsBytes));
    v128.store(at, i32x4.add(first, second));
  }
}
