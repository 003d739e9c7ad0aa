import { baseAt, chunkAt, flags } from './layout';

/** Marks the blocks of 64 elements that differ from the base; gives how many do. */
export function markChanged(bytes: u32, log: u32): i32 {
  const blockBytes: u32 = 64 << log;
  let changed = 0;
  let block: usize = flags;
  for (let from: u32 = 0; from < bytes; from += blockBytes) {
    const differs = differ(from, min(blockBytes, bytes - from));
    store<u8>(block++, <u8>differs);
    changed += differs;
  }
  return changed;
}

function differ(from: u32, bytes: u32): i32 {
  const left = chunkAt + from;
  const right = baseAt + from;
  let at: u32 = 0;
  for (; at + 16 <= bytes; at += 16)
    if (v128.any_true(v128.xor(v128.load(left + at), v128.load(right + at)))) return 1;
  for (; at < bytes; at++) if (load<u8>(left + at) != load<u8>(right + at)) return 1;
  return 0;
}

/** Moves the marked blocks of the row at `at` together, to `to`; gives their bytes. */
export function gather(at: usize, to: usize, bytes: u32, log: u32): u32 {
  const blockBytes: u32 = 64 << log;
  let block: usize = flags;
  let out: usize = to;
  for (let from: u32 = 0; from < bytes; from += blockBytes) {
    if (!load<u8>(block++)) continue;
    const some = min(blockBytes, bytes - from);
    memory.copy(out, at + from, some);
    out += some;
  }
  return <u32>(out - to);
}

/** Puts the blocks that lie together at `at` back in their places in the row at `to`. */
export function scatter(at: usize, to: usize, bytes: u32, log: u32): void {
  const blockBytes: u32 = 64 << log;
  let block: usize = flags;
  let next: usize = at;
  for (let from: u32 = 0; from < bytes; from += blockBytes) {
    if (!load<u8>(block++)) continue;
    const some = min(blockBytes, bytes - from);
    memory.copy(to + from, next, some);
    next += some;
  }
}
