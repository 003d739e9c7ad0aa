import { expect, it } from 'vitest';
import type { ChunkId } from '../core/ids.ts';
import { readAhead } from './readAhead.ts';

function counting() {
  const asked: string[] = [];
  return {
    asked,
    read(chunk: ChunkId) {
      asked.push(chunk);
      if (chunk.startsWith('bad')) return Promise.reject(new Error('it is damaged'));
      return Promise.resolve(new Uint8Array([chunk.length]));
    },
  };
}
const ids = (...names: string[]) => names as ChunkId[];

it('reads each chunk once, the next one before it is asked for', async () => {
  const content = counting();
  const [a, bb, ccc] = ids('a', 'bb', 'ccc') as [ChunkId, ChunkId, ChunkId];
  const { read } = readAhead(content, [a, bb, ccc]);
  expect(await read(a)).toEqual(new Uint8Array([1]));
  expect(content.asked).toEqual(['a', 'bb']);
  expect(await read(bb)).toEqual(new Uint8Array([2]));
  expect(await read(ccc)).toEqual(new Uint8Array([3]));
  expect(content.asked).toEqual(['a', 'bb', 'ccc']);
});

it('gives the right chunks in any order, and fresh bytes each time', async () => {
  const [a, bb] = ids('a', 'bb') as [ChunkId, ChunkId];
  const { read } = readAhead(counting(), [a, bb, a]);
  const first = await read(bb);
  expect(await read(bb)).not.toBe(first);
  expect(await read(a)).toEqual(new Uint8Array([1]));
});

it('tells of a damaged chunk where it is asked for, not before', async () => {
  const [a, bad] = ids('a', 'bad') as [ChunkId, ChunkId];
  const { read } = readAhead(counting(), [a, bad]);
  await read(a);
  await expect(read(bad)).rejects.toThrow('damaged');
});
