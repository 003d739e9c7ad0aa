import { describe, expect, it } from 'vitest';
import type { TensorStorage } from '../../../core/views.ts';
import { nodeId } from '../../modelNode.fixture.ts';
import { isExact, storedLong, storedShort } from './storageWords.ts';

const storage = (changes: Partial<TensorStorage>): TensorStorage => ({
  rawBytes: 100,
  storedBytes: 40,
  how: 'whole',
  codecs: ['exponents'],
  depth: 0,
  sharedWith: [],
  bases: [],
  readBytes: 40,
  ...changes,
});
const base = (tensor: string) => ({ node: nodeId(0), tensor });

describe('words for how a tensor is stored', () => {
  it('name what was done, and go on to its bases', () => {
    expect(storedLong(storage({ codecs: ['delta'], bases: [base('w')] }))).toBe(
      'the exact difference to',
    );
    const bases = [base('a'), base('b'), base('c')];
    expect(storedLong(storage({ codecs: ['sum'], bases }))).toBe('a weighted sum of 3 tensors:');
    expect(storedLong(storage({ how: 'inline', codecs: [] }))).toMatch(/record/);
    expect(storedLong(storage({ codecs: ['raw', 'exponents'] }))).toMatch(
      /^as it is, and by itself/,
    );
  });

  it('are short in the table, and say that others share it', () => {
    expect(storedShort(storage({ codecs: ['low-rank'], bases: [base('w')] }))).toBe('low rank');
    expect(storedShort(storage({ sharedWith: [nodeId(1)] }))).toBe('shared, by itself');
    expect(storedShort(storage({ codecs: ['exponents', 'deflate'] }))).toBe('by itself');
  });

  it('say something of a codec that they do not know', () => {
    expect(storedShort(storage({ codecs: ['wavelets'], bases: [base('w')] }))).toBe('wavelets');
    expect(storedLong(storage({ codecs: ['wavelets'] }))).toBe('by itself (wavelets)');
  });

  it('tell the lossy from the exact', () => {
    expect(isExact(storage({ codecs: ['delta'], bases: [base('w')] }))).toBe(true);
    expect(isExact(storage({ codecs: ['steps'], bases: [base('w')] }))).toBe(false);
  });
});
