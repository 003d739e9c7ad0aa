import type { Piece } from './derivation.ts';
import type { Hypothesis } from './window.ts';

/** Shorter runs cost more to name than they save. */
const shortestRun = 32;
/** Of the positions about one in this many is looked up, the same in base and chunk. */
const oneIn = 16;
/** Share of a chunk that must be found elsewhere. */
const fewestFound = 0.1;
/** Bytes that an anchor's key is of. */
const keyBytes = 12;

/**
 * Runs of a chunk that occur in other bytes at any multiple of `step`: the places to look at are
 * chosen by what is there, as content-defined chunking does.
 *
 * @param base - windows joined, at most 2^31 bytes.
 * @param windows - what the derivation is to name as its bases.
 */
export function detectRanges(
  bytes: Uint8Array,
  base: Uint8Array,
  step: 1 | 2 | 4 | 8,
  windows: readonly number[],
): Hypothesis[] {
  const pieces = matchRuns(bytes, base, step);
  let fresh = 0;
  for (const { fromByte, bytes: length } of pieces) if (fromByte < 0) fresh += length;
  const share = Math.min(1, (fresh + 5 * pieces.length) / bytes.length);
  if (fresh > bytes.length * (1 - fewestFound)) return [];
  return [{ derivation: { is: 'ranges', pieces }, windows, share }];
}

/** The chunk cut in runs of `base` and what is new, in order. */
export function matchRuns(bytes: Uint8Array, base: Uint8Array, step: 1 | 2 | 4 | 8): Piece[] {
  const anchors = anchorsOf(base, step);
  const mine = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const pieces: Piece[] = [];
  let done = 0;
  for (let at = 0; at + keyBytes <= bytes.length;) {
    const from = isAnchor(mine, at) ? anchors.find(keyAt(mine, at)) : undefined;
    const run = from === undefined ? undefined : extended(bytes, at, base, from, done);
    if (run === undefined || run.end - run.start < shortestRun) {
      at += step;
      continue;
    }
    if (run.start > done) pieces.push({ fromByte: -1, bytes: run.start - done });
    pieces.push({ fromByte: run.from, bytes: run.end - run.start });
    done = run.end;
    at = Math.ceil(done / step) * step;
  }
  if (done < bytes.length) pieces.push({ fromByte: -1, bytes: bytes.length - done });
  return pieces;
}

interface Run {
  readonly start: number;
  readonly end: number;
  readonly from: number;
}

/** The longest run of equal bytes around an anchor, not before `done`. */
function extended(
  bytes: Uint8Array,
  at: number,
  base: Uint8Array,
  from: number,
  done: number,
): Run {
  let [start, before] = [at, from];
  while (start > done && before > 0 && bytes[start - 1] === base[before - 1]) {
    start--;
    before--;
  }
  let [end, after] = [at, from];
  while (end < bytes.length && after < base.length && bytes[end] === base[after]) {
    end++;
    after++;
  }
  return { start, end, from: before };
}

interface Anchors {
  find(key: number): number | undefined;
}

/** First places of the anchors' keys: an open hash table in one array. */
function anchorsOf(base: Uint8Array, step: number): Anchors {
  const size = 2 ** Math.ceil(Math.log2(Math.max(16, (4 * base.length) / step / oneIn)));
  const places = new Int32Array(size).fill(-1);
  const keys = new Int32Array(size);
  const slotOf = (key: number): number => {
    let slot = key & (size - 1);
    while ((places[slot] as number) >= 0 && keys[slot] !== key) slot = (slot + 1) & (size - 1);
    return slot;
  };
  const view = new DataView(base.buffer, base.byteOffset, base.length);
  let held = 0;
  for (let at = 0; at + keyBytes <= base.length && 2 * held < size; at += step) {
    if (!isAnchor(view, at)) continue;
    const key = keyAt(view, at);
    const slot = slotOf(key);
    if ((places[slot] as number) >= 0) continue;
    places[slot] = at;
    keys[slot] = key;
    held++;
  }
  return {
    find(key) {
      const place = places[slotOf(key)] as number;
      return place < 0 ? undefined : place;
    },
  };
}

function isAnchor(view: DataView, at: number): boolean {
  const word = view.getInt32(at, true);
  return word !== 0 && (mixed(word) & (oneIn - 1)) === 0;
}

function keyAt(view: DataView, at: number): number {
  const [a, b, c] = [
    view.getInt32(at, true),
    view.getInt32(at + 4, true),
    view.getInt32(at + 8, true),
  ];
  return mixed(mixed(mixed(a) ^ b) ^ c);
}

/** Source: the finaliser of MurmurHash3 (A. Appleby). */
export function mixed(word: number): number {
  let hash = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
