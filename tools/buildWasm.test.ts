import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { generatedFile, generatedText } from './buildWasm.js';

describe('the WebAssembly of the codecs', () => {
  it('is what its sources compile to; else run node tools/buildWasm.js', async () => {
    expect(readFileSync(generatedFile, 'utf8')).toBe(await generatedText());
  }, 60_000);
});
