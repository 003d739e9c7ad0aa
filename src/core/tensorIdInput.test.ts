import { expect, it } from 'vitest';
import type { ChunkId } from './ids.ts';
import { tensorIdInput } from './tensorIdInput.ts';

it('hashes a domain name and the chunk ids as bytes, in order', () => {
  const [a, b] = ['ab'.repeat(32), '01'.repeat(32)] as ChunkId[];
  const bytes = Buffer.from(tensorIdInput([a as ChunkId, b as ChunkId]));
  expect(bytes.toString('latin1', 0, 14)).toBe('mgit tensor 1\0');
  expect(bytes.toString('hex', 14)).toBe('ab'.repeat(32) + '01'.repeat(32));
  expect(tensorIdInput([b as ChunkId, a as ChunkId])).not.toEqual(new Uint8Array(bytes));
});
