import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ParsedModel } from '../../core/ports/modelFormats.ts';
import { memorySource } from '../memorySource.fixture.ts';
import { assemble } from '../segments/assemble.ts';
import { bytesOf, freeRun, store } from '../snapshot.fixture.ts';
import { zipOf } from '../zip/zip.fixture.ts';
import { legacyCheckpoint, pickledTensor, zipCheckpoint } from './checkpoint.fixture.ts';
import { parsePytorch } from './parsePytorch.ts';
import { pickleOf } from './pickle/pickle.fixture.ts';
import type { Pickled } from './pickle/pickle.fixture.ts';

const floats = (count: number, from = 0): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Float32Array.from({ length: count }, (_, index) => from + index).buffer);

function parse(bytes: Uint8Array): Promise<ParsedModel> {
  return parsePytorch(memorySource('run/a.pt', bytes), 'a', freeRun);
}

async function roundTrip(bytes: Uint8Array): Promise<ParsedModel> {
  const model = await parse(bytes);
  const { skeleton, manifest, content } = await store(model);
  const [file] = assemble(skeleton, manifest, content);
  if (file === undefined) throw new Error('no file');
  expect(Buffer.compare(await bytesOf(file), bytes)).toBe(0);
  return model;
}

const dict = (entries: Record<string, Pickled>): Pickled => new Map(Object.entries(entries));
const whole = (key: string, elements: number): Pickled =>
  pickledTensor({ key, elements, shape: [elements] });

describe('a zip checkpoint', () => {
  it('gives tensors at any depth their path, their role, and its numbers as metadata', async () => {
    const model = await roundTrip(
      zipCheckpoint(
        dict({
          state_dict: dict({ 'conv.weight': whole('0', 4) }),
          optimizer: dict({ state: new Map<Pickled, Pickled>([[7, dict({ exp_avg: whole('1', 4) })]]) }), // prettier-ignore
          ema: [whole('2', 4)],
          epoch: 12,
          arch: 'resnet20',
        }),
        [['0', floats(4)], ['1', floats(4)], ['2', floats(4)]], // prettier-ignore
      ),
    );
    expect(model.tensors.map(({ name, role }) => `${name} ${role}`)).toEqual([
      'state_dict.conv.weight weight',
      'optimizer.state.7.exp_avg optimizer',
      'ema.0 weight',
    ]);
    expect(model.architecture.metadata).toEqual({ epoch: '12', arch: 'resnet20' });
    expect(model.architecture.parameterCount).toBe(8);
  });

  it('shares a storage between its views, and keeps their offsets and strides', async () => {
    const view = (shape: number[], offset: number, strides: number[]): Pickled =>
      pickledTensor({ key: '0', elements: 12, shape, offset, strides });
    const { tensors, payloadBytes } = await roundTrip(
      zipCheckpoint(
        dict({ all: whole('0', 12), t: view([3, 4], 0, [1, 3]), part: view([2], 10, [1]) }),
        [['0', floats(12)]],
      ),
    );
    expect(payloadBytes).toEqual([48]);
    expect(tensors.map(({ payload, view: at }) => [payload, at])).toEqual([
      [0, undefined],
      [0, { byteOffset: 0, strides: [1, 3] }],
      [0, { byteOffset: 40, strides: [1] }],
    ]);
  });

  it('has the skeleton of another that differs in its weights alone', async () => {
    const make = async (from: number) =>
      store(await parse(zipCheckpoint(dict({ w: whole('0', 9) }), [['0', floats(9, from)]])));
    const [a, b] = [await make(0), await make(5)];
    expect(b.skeleton).toEqual(a.skeleton);
    expect(b.literals).toEqual(a.literals);
    expect(b.payloads).not.toEqual(a.payloads);
  });

  it('keeps wrong checksums as they are', async () => {
    await roundTrip(
      zipOf([
        { name: 'a/data.pkl', bytes: pickleOf(dict({ w: whole('0', 9) })) },
        { name: 'a/data/0', bytes: floats(9), crc: 123 },
      ]),
    );
  });

  it('is read from deflated entries, deflated by the same library or another', async () => {
    const value = dict({ w: whole('0', 500) });
    const bytes = zipCheckpoint(value, [['0', floats(500)]], { deflate: 9 });
    const model = await roundTrip(bytes);
    expect(model.files[0]?.segments.some(({ is }) => is === 'payload')).toBe(true);
    // No level of ours gives blocks without compression: the bytes stay literal, the tensor is read.
    const deflated = new Uint8Array(deflateRawSync(floats(500), { level: 0 }));
    const zip = zipOf([
      { name: 'a/data.pkl', bytes: pickleOf(value) },
      { name: 'a/data/0', bytes: floats(500), deflated },
    ]);
    const foreign = await roundTrip(zip);
    expect(foreign.files[0]?.segments.some(({ is }) => is === 'payload')).toBe(false);
    expect((await store(foreign)).payloads).toEqual([floats(500)]);
  });

  it('names the tensors of a TorchScript module by its attributes', async () => {
    const inner: Pickled = {
      make: '__torch__.torch.nn.Linear',
      args: [],
      state: dict({ training: false, weight: whole('0', 4), bias: null }),
    };
    const model = await roundTrip(
      zipOf([
        { name: 'm/data.pkl', bytes: pickleOf({ make: '__torch__.Net', args: [], state: dict({ fc: inner }) }) }, // prettier-ignore
        { name: 'm/data/0', bytes: floats(4) },
        { name: 'm/constants.pkl', bytes: pickleOf({ tuple: [whole('0', 2)] }) },
        { name: 'm/constants/0', bytes: floats(2) },
      ]),
    );
    expect(model.tensors.map(({ name }) => name)).toEqual(['fc.weight', 'constants.0']);
  });
});

describe('what is refused', () => {
  const bad = (value: Pickled): Uint8Array => zipCheckpoint(value, [['0', floats(4)]]);
  const tensor = (change: Partial<Parameters<typeof pickledTensor>[0]>): Pickled =>
    dict({ w: pickledTensor({ key: '0', elements: 4, shape: [4], ...change }) });

  it.each<[string, Uint8Array, string, RegExp]>([
    [
      'a call of the system',
      bad({ call: 'os.system', args: ['x'] }),
      'pickle-refused',
      /os\.system/,
    ],
    ['getattr', bad({ call: 'builtins.getattr', args: [] }), 'pickle-refused', /builtins\.getattr/],
    ['eval', bad({ call: '__builtin__.eval', args: ['1'] }), 'pickle-refused', /__builtin__\.eval/],
    ['a class of its own', bad({ make: '__main__.Net', args: [] }), 'pickle-refused', /__main__\.Net/], // prettier-ignore
    ['a name such as constructor', bad({ global: 'torch.constructor' }), 'pickle-refused', /torch\.constructor/], // prettier-ignore
    ['an unknown opcode', bad({ raw: [0xff] }), 'pickle-refused', /0xff/],
    ['a name from a registry', bad({ raw: [0x82, 1] }), 'pickle-refused', /EXT1/],
    ['a buffer from outside', bad({ raw: [0x97] }), 'pickle-refused', /NEXT_BUFFER/],
    ['protocol 9', bad({ raw: [0x80, 9] }), 'format-unsupported', /protocol 9/],
    [
      'a tensor beyond its storage',
      bad(tensor({ shape: [5] })),
      'format-invalid',
      /reaches element 4/,
    ],
    ['an offset beyond it', bad(tensor({ offset: 1 })), 'format-invalid', /reaches element 4/],
    [
      'a stride beyond it',
      bad(tensor({ shape: [2], strides: [4] })),
      'format-invalid',
      /element 4/,
    ],
    ['a negative extent', bad(tensor({ shape: [-1] })), 'format-invalid', /not whole numbers/],
    ['a negative stride', bad(tensor({ strides: [-1] })), 'format-invalid', /not whole numbers/],
    ['strides that overflow', bad(tensor({ shape: [2 ** 52, 2 ** 52], strides: [2 ** 52, 2 ** 52] })), 'format-invalid', /Infinity/], // prettier-ignore
    ['a tensor blown up by strides of 0', bad(tensor({ shape: [2 ** 40], strides: [0] })), 'format-invalid', /far larger/], // prettier-ignore
    ['a missing storage', bad(tensor({ key: '9' })), 'format-invalid', /data\/9.* is not in the archive/], // prettier-ignore
    ['a storage of another size', bad(tensor({ elements: 5 })), 'format-invalid', /should have 20 bytes and has 16/], // prettier-ignore
    ['containers that nest without end', bad({ raw: [...Array.from({ length: 200 }, () => 0x5d), ...Array.from({ length: 199 }, () => 0x61)] }), 'format-unsupported', /nest/], // prettier-ignore
    ['two entries of one name', zipOf([{ name: 'a/data.pkl', bytes: floats(1) }, { name: 'a/data.pkl', bytes: floats(1) }]), 'format-invalid', /two zip entries/], // prettier-ignore
    ['an archive without data.pkl', zipOf([{ name: 'x', bytes: floats(1) }]), 'format-invalid', /data\.pkl/], // prettier-ignore
    [
      'a big-endian machine',
      legacyCheckpoint(dict({}), [], false),
      'format-unsupported',
      /big-endian/,
    ],
    ['the byte order big', zipOf([{ name: 'a/data.pkl', bytes: pickleOf(1) }, { name: 'a/byteorder', bytes: Uint8Array.from(Buffer.from('big')) }]), 'format-unsupported', /byte order/], // prettier-ignore
  ])('%s, with file and place', async (_, bytes, code, what) => {
    const error: unknown = await parse(bytes).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code, data: { file: 'run/a.pt' } });
    expect(String(error)).toMatch(what);
  });

  it('a zip bomb, before it is unpacked beyond what it claims', async () => {
    const zip = zipOf([{ name: 'a/data.pkl', bytes: new Uint8Array(20_000_000), deflate: 9 }]);
    // The claimed size becomes 100 bytes, in the local header and in the directory.
    const view = new DataView(zip.buffer);
    for (let at = 0; at + 46 < zip.length; at++) {
      if (view.getUint32(at, true) === 0x04034b50) view.setUint32(at + 22, 100, true);
      if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, 100, true);
    }
    await expect(parse(zip)).rejects.toThrow(/unpacks to more than 100 bytes/);
  });

  it('a file cut off anywhere', async () => {
    const zip = zipCheckpoint(dict({ w: whole('0', 4) }), [['0', floats(4)]]);
    const legacy = legacyCheckpoint(
      dict({ w: pickledTensor({ key: '0', elements: 4, shape: [4] }, true) }),
      [['0', floats(4), 4]],
    );
    for (const bytes of [zip, legacy])
      for (let end = 0; end < bytes.length; end++) {
        const error: unknown = await parse(bytes.slice(0, end)).catch((caught: unknown) => caught);
        expect(error, `${end} bytes`).toMatchObject({ code: 'format-invalid' });
      }
  });
});

describe('an older checkpoint', () => {
  it('is read with views of a part of a storage', async () => {
    const legacy = (view: Pickled): Pickled => ({
      call: 'torch._utils._rebuild_tensor',
      args: [
        {
          persistent: { tuple: ['storage', { global: 'torch.FloatStorage' }, '5', 'cpu', 6, view] },
        },
        1,
        { tuple: [2] },
        { tuple: [1] },
      ],
    });
    const value = dict({ a: legacy({ tuple: ['6', 2, 3] }), b: legacy(null) });
    const model = await roundTrip(legacyCheckpoint(value, [['5', floats(6), 4]]));
    expect(model.tensors.map(({ view }) => view?.byteOffset)).toEqual([12, 4]);
  });

  it('is read when its pickle is larger than the first window', async () => {
    const names = Array.from({ length: 4000 }, (_, index) => `${'layer.'.repeat(12)}${index}`);
    const value = dict(Object.fromEntries(names.map((name) => [name, pickledTensor({ key: '0', elements: 4, shape: [4] }, true)]))); // prettier-ignore
    const model = await roundTrip(legacyCheckpoint(value, [['0', floats(4), 4]]));
    expect(model.tensors.map(({ name }) => name)).toEqual(names);
  });
});

describe('generated checkpoints', () => {
  it('come back byte for byte in either form, with the names and shapes they were made of', async () => {
    const tensors = fc.dictionary(
      fc.string({ minLength: 1, maxLength: 10 }).filter((name) => name !== '__proto__'),
      fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }),
      { maxKeys: 5 },
    );
    const options = fc.record({
      descriptors: fc.boolean(),
      zip64: fc.boolean(),
      align: fc.constantFrom(1, 16, 64),
    });
    await fc.assert(
      fc.asyncProperty(tensors, options, fc.boolean(), async (shapes, layout, legacy) => {
        const entries = Object.entries(shapes);
        const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
        const value = new Map<Pickled, Pickled>(
          entries.map(([name, shape], key) => [
            name,
            pickledTensor({ key: String(key), elements: count(shape), shape }, legacy),
          ]),
        );
        const bytes = legacy
          ? legacyCheckpoint(value, entries.map(([, shape], key) => [String(key), floats(count(shape), key), 4])) // prettier-ignore
          : zipCheckpoint(value, entries.map(([, shape], key) => [String(key), floats(count(shape), key)]), layout); // prettier-ignore
        const model = await roundTrip(bytes);
        expect(model.tensors.map(({ name, shape }) => [name, shape])).toEqual(entries);
      }),
      { numRuns: 150 },
    );
  });
});
