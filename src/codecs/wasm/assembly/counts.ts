import { counts } from './layout';

/** The two rows of counters in one, the first. */
export function addCounts(): void {
  for (let at = counts; at < counts + 0x4000; at += 16)
    v128.store(at, i32x4.add(v128.load(at), v128.load(at + 0x4000)));
}
