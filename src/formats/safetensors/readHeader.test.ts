import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../memorySource.fixture.ts';
import { assemble } from '../segments/assemble.ts';
import { bytesOf, store } from '../snapshot.fixture.ts';
import { parseSafetensors } from './parseSafetensors.ts';
import { readHeader } from './readHeader.ts';
import { safetensorsFile } from './safetensors.fixture.ts';

const one = '"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}';
const eight = new Uint8Array(8);

function refusal(bytes: Uint8Array): Promise<unknown> {
  return readHeader(memorySource('bad.safetensors', bytes)).then(
    () => 'read',
    (error: unknown) => error,
  );
}

describe('a safetensors header', () => {
  it.each([
    ['{}', 'of no tensors'],
    [`{${one}}`, 'of one'],
    [` {${one} } \n`, 'with white space'],
    [`{"__metadata__":{"a":"b"},${one}}`, 'with metadata'],
    ['{"e":{"dtype":"I64","shape":[0,5],"data_offsets":[0,0]},"f":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}', 'with an empty tensor'], // prettier-ignore
    ['{"q":{"dtype":"F4","shape":[16],"data_offsets":[0,8]}}', 'of elements under a byte'],
    ['{"é\\u00e9\\n":{"dtype":"C64","shape":[],"data_offsets":[0,8]}}', 'with escapes'],
  ])('%s is read (%s)', async (header) => {
    const data = header === '{}' ? new Uint8Array(0) : eight;
    const { tensors } = await readHeader(memorySource('x', safetensorsFile(header, data)));
    expect(tensors.length).toBe(header.split('dtype').length - 1);
  });

  it.each([
    ['a key that comes twice', `{${one},${one}}`, 'comes twice'],
    ['a member that comes twice', '{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}', '\\"dtype\\" comes twice'], // prettier-ignore
    ['metadata that are no strings', '{"__metadata__":{"a":1}}', 'a string should be'],
    ['a fraction', one.replace('[2]', '[2.0]').replace(/^|$/g, (_, at) => (at === 0 ? '{' : '}')), 'whole number'], // prettier-ignore
    ['an exponent', `{${one.replace('[2]', '[2e0]')}}`, 'whole number'],
    ['a negative extent', `{${one.replace('[2]', '[-2]')}}`, 'whole number'],
    ['an extent of 2^53', `{${one.replace('[2]', '[9007199254740992]')}}`, 'whole number'],
    ['shapes that overflow', `{${one.replace('[2]', '[9007199254740991,9007199254740991,0.5]')}}`, 'whole number'], // prettier-ignore
    ['a product that overflows', `{${one.replace('[2]', '[4294967296,4294967296,4294967296]')}}`, 'does not fill'], // prettier-ignore
    ['a shape of another size', `{${one.replace('[2]', '[3]')}}`, 'does not fill'],
    ['offsets out of order', `{${one.replace('[0,8]', '[8,0]')}}`, 'are not in the'],
    ['offsets outside the data', `{${one.replace('[0,8]', '[0,16]')}}`, 'are not in the'],
    ['three offsets', `{${one.replace('[0,8]', '[0,8,8]')}}`, 'two numbers'],
    ['a missing member', '{"a":{"dtype":"F32","shape":[2]}}', 'lacks'],
    ['an unknown member', `{${one.replace('"shape"', '"extra":1,"shape"')}}`, 'unknown member'],
    ['an overlap', `{${one},${one.replace('"a"', '"b"')}}`, 'overlap'],
    ['a hole', '{"a":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}', 'belong to no tensor'],
    ['bytes after the last tensor', '{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}', 'belong to no tensor'], // prettier-ignore
    ['text after the header', `{${one}}x`, 'the end should be'],
    ['a trailing comma', `{${one},}`, 'a string should be'],
    ['a header that is no object', '[]', 'an object should be'],
    ['nesting', `{"a":${'['.repeat(50)}`, 'an object should be'],
    ['nesting in a shape', `{${one.replace('[2]', '['.repeat(50))}}`, 'a number should be'],
    ['a control character in a name', '{"a\tb":1}', 'not valid JSON'],
    ['a string without end', '{"a', 'never ends'],
    ['half a surrogate in bytes', '{"\ud800":1}', 'an object should be'],
  ])('with %s is refused with the place', async (_, header, reason) => {
    const error = await refusal(safetensorsFile(header, eight));
    expect(error).toMatchObject({ code: 'format-invalid', data: { file: 'bad.safetensors' } });
    expect(String(error)).toContain(reason);
  });

  it('with an unknown dtype is refused by its name', async () => {
    const error = await refusal(safetensorsFile(`{${one.replace('F32', 'Q9')}}`, eight));
    expect(error).toMatchObject({ code: 'format-unsupported' });
    expect(String(error)).toContain('Q9');
  });

  it.each([
    ['longer than the file', safetensorsFile('{}', eight, 1000n), 'only 10 follow'],
    ['of 2^63', safetensorsFile('{}', eight, 1n << 63n), 'only 10 follow'],
    ['in a file of three bytes', new Uint8Array(3), 'too few'],
  ])('%s is refused', async (_, bytes, reason) => {
    expect(String(await refusal(bytes))).toContain(reason);
  });

  it('over 100 MB is refused before it is read', async () => {
    const source = memorySource('big', safetensorsFile('{}', eight, 100_000_001n));
    const huge = { ...source, sizeBytes: 200_000_000 };
    await expect(readHeader(huge)).rejects.toMatchObject({ code: 'format-unsupported' });
    expect(source.counted.bytes).toBe(8);
  });

  it('is read without a byte of the tensors', async () => {
    const bytes = safetensorsFile(`{${one.replace('[2]', '[25000]').replace('8]', '100000]')}}`, new Uint8Array(100_000)); // prettier-ignore
    const source = memorySource('x', bytes);
    await parseSafetensors(source, 'x');
    expect(source.counted.bytes).toBe(bytes.length - 100_000);
  });
});

describe('generated safetensors files', () => {
  const sizes = { F32: 4, F16: 2, BF16: 2, U8: 1, I64: 8, F8_E5M2: 1, BOOL: 1, C64: 8 } as const;
  const tensor = fc.record({
    dtype: fc.constantFrom(...(Object.keys(sizes) as (keyof typeof sizes)[])),
    shape: fc.array(fc.nat(4), { maxLength: 4 }),
  });
  const file = fc.dictionary(fc.string({ minLength: 1, maxLength: 12 }), tensor, { maxKeys: 6 });

  it('come back byte for byte, with the names, shapes and bytes they were made of', async () => {
    await fc.assert(
      fc.asyncProperty(file, fc.nat(), async (tensors, salt) => {
        let end = 0;
        // A map: a tensor may be called __proto__.
        const header = new Map<string, { shape: number[]; data_offsets: [number, number] }>();
        for (const [name, { dtype, shape }] of Object.entries(tensors)) {
          const begin = end;
          end += shape.reduce((product, n) => product * n, sizes[dtype]);
          const stated = { dtype, shape, data_offsets: [begin, end] as [number, number] };
          header.set(name, stated);
        }
        const data = Uint8Array.from({ length: end }, (_, index) => (index * 31 + salt) & 255);
        const bytes = safetensorsFile(JSON.stringify(Object.fromEntries(header)), data);
        const model = await parseSafetensors(memorySource('x', bytes), 'x');
        expect(new Set(model.tensors.map(({ name }) => name))).toEqual(
          new Set(Object.keys(tensors)),
        );
        const { skeleton, manifest, content, payloads } = await store(model);
        for (const { name, shape, payload } of model.tensors) {
          const stated = header.get(name);
          expect(shape).toEqual(stated?.shape);
          expect(payloads[payload ?? -1]).toEqual(data.slice(...(stated?.data_offsets ?? [])));
        }
        const [out] = assemble(skeleton, manifest, content);
        if (out === undefined) throw new Error('no file');
        expect(await bytesOf(out)).toEqual(bytes);
      }),
      {
        numRuns: 200,
        examples: [
          [JSON.parse('{"__proto__":{"dtype":"F32","shape":[]}}') as Record<string, never>, 0],
        ],
      },
    );
  });
});
