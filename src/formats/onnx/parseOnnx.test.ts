import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, reassembled, valuesOf } from './parseOnnx.fixture.ts';
import * as w from './protoWriter.fixture.ts';
import { looksLikeOnnx } from './looksLikeOnnx.ts';
import { onnxExternalLocations } from './externalLocations.ts';
import { memorySource } from '../memorySource.fixture.ts';

/** A tensor in some way of writing it, and the bytes its values have. */
interface Written {
  readonly type: number;
  readonly count: number;
  readonly values: w.Bytes;
  readonly bytes: Uint8Array;
}

const little = w.littleEndian;

/** Integers in a varint field: packed, unpacked, split, or longer than need be. */
function varints(field: number, values: readonly bigint[], way: number, padTo: number): w.Bytes {
  const each = values.map((value) => w.varint(value, padTo));
  const half = Math.floor(each.length / 2);
  if (way === 0) return w.bytesField(field, each.flat());
  if (way === 1) return each.flatMap((bytes) => [...w.varint(field * 8), ...bytes]);
  return [
    ...w.bytesField(field, each.slice(0, half).flat()),
    ...w.bytesField(90, [1, 2, 3]),
    ...w.bytesField(field, each.slice(half).flat()),
  ];
}

const way = fc.nat(2);
const padding = fc.constantFrom(0, 0, 10);
const integers = [
  { type: 2, field: 5, make: Uint8Array },
  { type: 3, field: 5, make: Int8Array },
  { type: 4, field: 5, make: Uint16Array },
  { type: 5, field: 5, make: Int16Array },
  { type: 6, field: 5, make: Int32Array },
  { type: 9, field: 5, make: Uint8Array },
  { type: 10, field: 5, make: Uint16Array },
  { type: 16, field: 5, make: Uint16Array },
  { type: 17, field: 5, make: Uint8Array },
  { type: 12, field: 11, make: Uint32Array },
] as const;

const written: fc.Arbitrary<Written> = fc.oneof(
  fc.tuple(fc.constantFrom(1, 6, 11, 7, 14), fc.nat(20)).map(([type, count]): Written => {
    const size = type === 1 || type === 6 ? 4 : 8;
    const bytes = Uint8Array.from({ length: count * size }, (_, i) => i * 37);
    return { type, count, bytes, values: w.bytesField(9, bytes) };
  }),
  fc
    .tuple(fc.constantFrom(...integers), fc.uint8Array({ maxLength: 64 }), way, padding)
    .map(([{ type, field, make }, some, how, padTo]): Written => {
      const whole = some.slice(0, some.length - (some.length % make.BYTES_PER_ELEMENT));
      const values = [...new make(whole.buffer)].map(BigInt);
      return {
        type,
        count: values.length,
        bytes: whole,
        values: varints(field, values, how, padTo),
      };
    }),
  fc
    .tuple(
      fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { maxLength: 9 }),
      way,
      padding,
    )
    .map(([values, how, padTo]): Written => {
      const bytes = little(BigInt64Array.from(values));
      return { type: 7, count: values.length, bytes, values: varints(7, values, how, padTo) };
    }),
  fc
    .tuple(fc.array(fc.float(), { maxLength: 9 }), fc.boolean())
    .map(([values, packed]): Written => {
      const bytes = little(Float32Array.from(values));
      const single = values.flatMap((v) => [...w.varint(4 * 8 + 5), ...little(Float32Array.of(v))]);
      return {
        type: 1,
        count: values.length,
        bytes,
        values: packed ? w.bytesField(4, bytes) : single,
      };
    }),
);

describe('parseOnnx', () => {
  it('finds the values however they are written, and gives the file back bit for bit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(written, { maxLength: 6 }), fc.uint8Array(), async (all, odd) => {
        const tensors = all.map(({ type, count, values }, i) =>
          w.tensor({ name: `t${i}`, type, dims: [count], values }),
        );
        const inner = w.graph({ initializers: tensors.slice(1), extra: w.bytesField(99, odd) });
        const constant = tensors.slice(0, 1).map((value) =>
          w.node({
            op: 'Constant',
            outputs: ['t0'],
            attributes: [w.attribute.tensor('value', value)],
          }),
        );
        const bytes = w.model([...inner, ...constant.flatMap((each) => w.bytesField(1, each))]);
        const model = await parse(bytes);
        for (const [i, each] of all.entries())
          expect((await valuesOf(model, `t${i}`)).equals(each.bytes)).toBe(true);
        expect((await reassembled(model))[0]?.equals(bytes)).toBe(true);
      }),
    );
  });

  it('carries elements under a byte, complex numbers, strings and empty tensors', async () => {
    const values = [0x21, 0x03];
    const int4 = { type: 22, dims: [3], values: w.bytesField(5, values) };
    const model = await parse(
      w.model(
        w.graph({
          initializers: [
            w.tensor({ name: 'int4', ...int4 }),
            w.tensor({ name: 'float4', type: 23, dims: [4], values: w.bytesField(9, [1, 2]) }),
            w.tensor({ name: 'int2', type: 26, dims: [5], values: w.bytesField(9, [1, 2]) }),
            w.tensor({
              name: 'complex',
              type: 14,
              dims: [1],
              values: w.bytesField(4, little(Float32Array.of(1, 2))),
            }),
            w.tensor({
              name: 'text',
              type: 8,
              dims: [2],
              values: [...w.textField(6, 'a'), ...w.textField(6, '')],
            }),
            w.tensor({ name: 'empty', type: 1, dims: [0, 7], values: [] }),
          ],
        }),
      ),
    );
    expect([...(await valuesOf(model, 'int4'))]).toEqual(values);
    expect((await valuesOf(model, 'complex')).length).toBe(8);
    expect((await valuesOf(model, 'empty')).length).toBe(0);
    expect(model.tensors.map(({ dtype }) => dtype)).toEqual([
      'i4',
      'f4e2m1',
      'i2',
      'c64',
      'string',
      'f32',
    ]);
    expect(model.tensors[4]).not.toHaveProperty('payload');
  });

  it('names tensors of subgraphs, functions, sparse initializers and attributes after their path', async () => {
    const branch = w.graph({
      initializers: [w.floats('weight', [2])],
      nodes: [w.node({ op: 'Add', inputs: ['x', 'weight'], outputs: ['y'] })],
      outputs: ['y'],
    });
    const sparse = [
      ...w.bytesField(1, w.floats('s', [1])),
      ...w.bytesField(2, w.tensor({ type: 7, dims: [1], values: w.bytesField(7, [3]) })),
      ...w.intField(3, 9),
    ];
    const constant = w.attribute.tensor('value', w.floats('', [3]));
    const inFunction = w.localFunction({
      name: 'Scale',
      inputs: ['a'],
      outputs: ['b'],
      nodes: [
        w.node({ op: 'Constant', outputs: ['k'], attributes: [constant] }),
        w.node({ op: 'Mul', inputs: ['a', 'k'], outputs: ['b'] }),
      ],
    });
    const bytes = w.model(
      w.graph({
        inputs: ['x', 'c'],
        outputs: ['z', 'p'],
        sparse: [sparse],
        nodes: [
          w.node({
            op: 'If',
            inputs: ['c'],
            outputs: ['i'],
            attributes: [
              w.attribute.graph('then_branch', branch),
              w.attribute.graph('else_branch', branch),
            ],
          }),
          w.node({ op: 'Scale', domain: 'local', inputs: ['i'], outputs: ['z'] }),
          w.node({
            op: 'LinearRegressor',
            domain: 'ai.onnx.ml',
            name: 'lin',
            inputs: ['x'],
            outputs: ['p'],
            attributes: [
              w.attribute.floats(
                'coefficients',
                Array.from({ length: 20 }, (_, i) => i),
              ),
            ],
          }),
        ],
      }),
      [inFunction],
    );
    const model = await parse(bytes);
    expect(model.tensors.map(({ name }) => name)).toEqual([
      's', 's/indices', 'If_0/then_branch/weight', 'If_0/else_branch/weight', 'lin/coefficients', 'Scale/k',
    ]); // prettier-ignore
    const { layers, edges, operators } = model.architecture;
    expect(
      layers.map(({ kind, parameters }) => [kind, parameters.map(({ slot }) => slot)]),
    ).toEqual([
      ['If', ['then_branch/Add_0.bias', 'else_branch/Add_0.bias']],
      ['Affine', ['weight']],
      ['LinearRegressor', ['coefficients']],
    ]);
    expect(edges).toContainEqual({ from: 0, to: 1, via: [] });
    expect(operators).toMatchObject({ Add: 2, 'ai.onnx.ml.LinearRegressor': 1 });
    expect((await reassembled(model))[0]?.equals(bytes)).toBe(true);
  });

  const entry = (key: string, value: string): w.Bytes =>
    w.bytesField(13, [...w.textField(1, key), ...w.textField(2, value)]);
  const external = (name: string, location: string, offset: number, count: number): w.Bytes =>
    w.tensor({
      name,
      type: 1,
      dims: [count],
      values: [
        ...entry('location', location),
        ...entry('offset', `${offset}`),
        ...w.intField(14, 1),
      ],
    });

  it('reads external data, sharing equal ranges, and gives both files back', async () => {
    const data = Uint8Array.from({ length: 100 }, (_, i) => i);
    const initializers = [
      external('a', 'w.bin', 8, 4),
      external('b', './w.bin', 8, 4),
      external('c', 'w.bin', 64, 9),
    ];
    const bytes = w.model(w.graph({ initializers }));
    const model = await parse(bytes, { 'models/w.bin': data });
    expect([...(await valuesOf(model, 'c'))]).toEqual([...data.subarray(64)]);
    expect(model.tensors.map(({ payload }) => payload)).toEqual([0, 0, 1]);
    const files = await reassembled(model);
    expect(files[0]?.equals(bytes) && files[1]?.equals(data)).toBe(true);
    expect(await onnxExternalLocations(memorySource('m.onnx', bytes))).toEqual([
      'w.bin',
      './w.bin',
    ]);
  });

  it.each([
    '../w.bin',
    'a/../../w.bin',
    '/etc/passwd',
    'C:\\w',
    'C:w.bin',
    'a\\b',
    'http://h/w.bin',
  ])('refuses the path %s whether or not such a file was given', async (location) => {
    const bytes = w.model(w.graph({ initializers: [external('a', location, 0, 1)] }));
    await expect(parse(bytes, { [`models/${location}`]: new Uint8Array(9) })).rejects.toMatchObject(
      {
        code: 'companion-escapes',
      },
    );
  });

  it('refuses data files that are missing, too short, or overlap in part', async () => {
    const one = w.model(w.graph({ initializers: [external('a', 'w.bin', 0, 4)] }));
    await expect(parse(one)).rejects.toMatchObject({ code: 'companion-missing' });
    await expect(parse(one, { 'models/w.bin': new Uint8Array(15) })).rejects.toMatchObject({
      code: 'format-invalid',
    });
    const initializers = [external('a', 'w.bin', 0, 4), external('b', 'w.bin', 8, 4)];
    const two = w.model(w.graph({ initializers }));
    await expect(parse(two, { 'models/w.bin': new Uint8Array(99) })).rejects.toMatchObject({
      code: 'format-invalid',
      data: { file: 'models/w.bin', at: 8 },
    });
  });

  it('knows ONNX by its first fields', async () => {
    const looks = (bytes: Uint8Array): Promise<boolean> => looksLikeOnnx(memorySource('x', bytes));
    const bytes = w.model(w.graph({ initializers: [w.floats('a', [999])] }));
    expect(await looks(bytes)).toBe(true);
    expect(await looks(bytes.subarray(0, 300))).toBe(true);
    for (const text of [
      '',
      '<!DOCTYPE html><html>',
      'PK\x03\x04 zip',
      '\x80\x02}q\x00',
      '{"a": 1}',
    ])
      expect(await looks(new TextEncoder().encode(text))).toBe(false);
  });
});
