import fc from 'fast-check';
import { Buffer } from 'node:buffer';
import { expect, it } from 'vitest';
import { fromBase64, toBase64 } from './base64.ts';

it('agrees with the platform on any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const text = Buffer.from(bytes).toString('base64');
      expect(toBase64(bytes)).toBe(text);
      expect([...fromBase64(text)]).toEqual([...bytes]);
    }),
  );
});
