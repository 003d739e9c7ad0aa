import { expect, it } from 'vitest';
import { wasmKernels } from '../wasm/wasmKernels.ts';
import { frequenciesOf, weightsOf } from './frequencyTables.ts';
import { plainKernels } from './plainKernels.ts';

it.each([
  ['in WebAssembly', wasmKernels()],
  ['plain', plainKernels()],
] as const)('a coded row with a word too many or too few is refused: %s', (_, kernels) => {
  const bytes = Uint8Array.from({ length: 3000 }, (_unused, i) => (i * i) >> 4);
  const kind = { log: 0, float: false } as const;
  const rule = { cut: 24, shift: 24, least: 0, zeros: false, signed: true };
  kernels?.open(bytes.length, kind, bytes, undefined);
  kernels?.contextsOfBlocks(new Uint8Array(12), 8);
  const counts = kernels?.takeFields(rule).counts ?? new Uint32Array(4096);
  const frequencies = frequenciesOf(weightsOf(counts, 5));
  const row = kernels?.encodeSymbols(frequencies);
  const states = row?.states.slice() ?? new Uint32Array(8);
  const words = row?.words.slice() ?? new Uint8Array(0);
  const decodes = (some: Uint8Array) =>
    kernels?.decodeSymbols(frequencies, { states, words: some });
  expect(decodes(words)).toBe(true);
  expect(decodes(new Uint8Array([...words, 0, 0]))).toBe(false);
  expect(decodes(words.subarray(0, -2))).toBe(false);
});
