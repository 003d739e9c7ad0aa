import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { runToolBeside, withFolder } from '../tools.ts';
import { mustEqual } from './peer.ts';

/** A program that packs any number of files, each into one beside it. */
interface Packer {
  readonly tool: string;
  readonly pack: readonly string[];
  /** What it adds to a file's name. */
  readonly ending: string;
  /** Writes all unpacked, joined. */
  readonly unpack: readonly string[];
}

interface Wanted {
  readonly bytes: Uint8Array;
  readonly resolve: (size: number) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Packed size of any bytes, unpacked again and compared. What is asked for at once goes into one process,
 * since starting one takes longer than packing a small tensor; equal bytes are packed once.
 */
function sizesBy(packer: Packer): (bytes: Uint8Array) => Promise<number> {
  const known = new Map<string, Promise<number>>();
  let queue: Wanted[] = [];
  const flush = (): void => {
    const all = queue;
    queue = [];
    const lists: Wanted[][] = Array.from({ length: availableParallelism() }, () => []);
    const loads = lists.map(() => 0);
    for (const wanted of all.sort((a, b) => b.bytes.length - a.bytes.length)) {
      const least = loads.indexOf(Math.min(...loads));
      lists[least]?.push(wanted);
      loads[least] = (loads[least] ?? 0) + wanted.bytes.length;
    }
    for (const list of lists) void packAll(packer, list);
  };
  return (bytes) => {
    if (bytes.length === 0) return Promise.resolve(0);
    const key = createHash('sha256').update(bytes).digest('hex');
    const before = known.get(key);
    if (before !== undefined) return before;
    const size = new Promise<number>((resolve, reject) => {
      if (queue.length === 0) setImmediate(flush);
      queue.push({ bytes, resolve, reject });
    });
    known.set(key, size);
    return size;
  };
}

async function packAll({ tool, pack, ending, unpack }: Packer, list: Wanted[]): Promise<void> {
  if (list.length === 0) return;
  try {
    await withFolder(async (folder) => {
      const files = list.map(({ bytes }, at) => {
        const file = path.join(folder, `${at}`);
        writeFileSync(file, bytes);
        return file;
      });
      await runToolBeside(tool, [...pack, ...files]);
      const packed = files.map((file) => `${file}${ending}`);
      const unpacked = await runToolBeside(tool, [...unpack, ...packed]);
      mustEqual(unpacked, Buffer.concat(list.map(({ bytes }) => bytes)), tool);
      list.forEach(({ resolve }, at) => {
        resolve(readFileSync(packed[at] ?? '').length);
      });
    });
  } catch (error) {
    for (const { reject } of list) reject(error as Error);
  }
}

/** For zstd at its smallest, over all that a process was given. */
export const longest: readonly string[] = ['-19', '--long=27'];

const xz = (preset: string) =>
  sizesBy({ tool: 'xz', pack: [preset, '-T1', '-k'], ending: '.xz', unpack: ['-dc'] });
const zstd = (args: readonly string[]) =>
  sizesBy({ tool: 'zstd', pack: ['-q', ...args], ending: '.zst', unpack: ['-qdc', '--long=27'] });

const zstdLevels = [zstd(longest), zstd(['-1'])];

/** Bytes of `xz -9e`. */
export const xzSize = xz('-9e');

/** Bytes of LZMA at the level that is the default. */
export const lzmaSize = xz('-6');

/** Bytes of `zstd`: level 19 or 1, whichever is smaller, for on noise the fast one sometimes is. */
export async function zstdSize(bytes: Uint8Array): Promise<number> {
  return Math.min(...(await Promise.all(zstdLevels.map((size) => size(bytes)))));
}
