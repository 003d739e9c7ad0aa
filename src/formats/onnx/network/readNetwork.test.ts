import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeOnnx } from '../../../core/network/encodeOnnx.ts';
import { floatAttribute } from '../../../core/network/attributes.ts';
import { literal, numbersOf } from '../../../core/network/literal.ts';
import type { Network } from '../../../core/network/network.ts';
import { memorySource } from '../../memorySource.fixture.ts';
import { hasSharedData, sharedPaths, sharedSource, sharedTitle } from '../../sharedData.fixture.ts';
import { parse, run, valuesOf } from '../parseOnnx.fixture.ts';
import * as w from '../protoWriter.fixture.ts';
import { readNetwork } from './readNetwork.ts';

function read(bytes: Uint8Array, ...companions: readonly ReturnType<typeof memorySource>[]) {
  const files = [memorySource('m.onnx', bytes), ...companions];
  return readNetwork({ name: 'm', format: 'onnx', files }, run);
}

/** A value with a type, which the writer's own graphs leave out. */
const value = (name: string): w.Bytes => [
  ...w.textField(1, name),
  ...w.bytesField(2, w.bytesField(1, w.intField(1, 1))),
];

describe('readNetwork', () => {
  test('gives what encodeOnnx wrote, attributes of every kind and subgraphs included', async () => {
    const scalar = { dtype: 'f32', shape: [] } as const;
    const branch = (name: string, factor: number): Network => ({
      name,
      opsets: { '': 17, 'com.example': 1 },
      inputs: [],
      outputs: [{ name: `${name}_out`, ...scalar }],
      initializers: new Map([[`${name}_k`, literal('f32', [], [factor])]]),
      nodes: [
        {
          op: 'Mul',
          name: '',
          inputs: ['x', `${name}_k`],
          outputs: [`${name}_out`],
          attributes: {},
        },
      ],
    });
    const network: Network = {
      name: 'net',
      opsets: { '': 17, 'com.example': 1 },
      inputs: [
        { name: 'x', dtype: 'f32', shape: ['batch', 3, '?'] },
        { name: 'c', dtype: 'bool', shape: [] },
      ],
      outputs: [
        { name: 'y', dtype: 'f32', shape: [], unknown: 'rank' },
        { name: 'z', dtype: 'f32', shape: [], unknown: 'type' },
      ],
      initializers: new Map([['w', literal('i64', [2], [-1, 2 ** 40])]]),
      nodes: [
        {
          op: 'If',
          name: 'choose',
          inputs: ['c'],
          outputs: ['y'],
          attributes: {
            then_branch: { is: 'graph', value: branch('a', 2) },
            else_branch: { is: 'graph', value: branch('b', 3) },
          },
        },
        {
          op: 'com.example.Odd',
          name: 'odd',
          inputs: ['y', '', 'w'],
          outputs: ['z', ''],
          attributes: {
            f: floatAttribute(0.5),
            i: { is: 'int', value: -3 },
            s: { is: 'string', value: 'größe' },
            fs: { is: 'floats', value: Array.from({ length: 100 }, (_, i) => i / 4) },
            is: { is: 'ints', value: Array.from({ length: 100 }, (_, i) => 50 - i) },
            ss: { is: 'strings', value: ['a', ''] },
            none: { is: 'floats', value: [] },
            t: { is: 'tensor', value: literal('f32', [1, 2], [1, 2]) },
          },
        },
      ],
    };
    expect(await read(encodeOnnx(network))).toEqual(network);
  });

  test('inlines local functions, with their attributes, under names of their own', async () => {
    const scale = w.localFunction({
      name: 'Scale',
      inputs: ['x'],
      outputs: ['y'],
      nodes: [
        w.node({
          op: 'Constant',
          outputs: ['k'],
          attributes: [w.attribute.reference('value_float', 'by')],
        }),
        w.node({ op: 'Mul', name: 'mul', inputs: ['x', 'k'], outputs: ['y'] }),
      ],
    });
    const by = (factor: number): w.Bytes => [
      ...w.textField(1, 'by'),
      ...w.varint(2 * 8 + 5),
      ...w.littleEndian(Float32Array.of(factor)),
      ...w.intField(20, 1),
    ];
    const call = (name: string, from: string, to: string, factor: number): w.Bytes =>
      w.node({
        op: 'Scale',
        domain: 'local',
        name,
        inputs: [from],
        outputs: [to],
        attributes: [by(factor)],
      });
    const graph = [
      ...w.bytesField(1, call('second', 'k', 'out', 3)),
      ...w.bytesField(1, call('first', 'x', 'k', 2)),
      ...w.bytesField(11, value('x')),
      ...w.bytesField(12, value('out')),
    ];
    const network = await read(w.model(graph, [scale]));
    expect(network.nodes.map(({ name, inputs, outputs }) => [name, ...inputs, ...outputs])).toEqual(
      [
        ['first/mul', 'x', 'first/k', 'k'],
        ['second/mul', 'k', 'second/k', 'out'],
      ],
    );
    const constants = [...network.initializers].map(([name, of]) => [name, ...numbersOf(of)]);
    expect(constants.sort()).toEqual([
      ['first/k', 2],
      ['second/k', 3],
    ]);
  });

  test('leaves out of the inputs what has an initializer, and makes sparse tensors dense', async () => {
    const sparse = [
      ...w.bytesField(
        1,
        w.tensor({
          name: 's',
          type: 1,
          dims: [2],
          values: w.bytesField(9, w.littleEndian(Float32Array.of(5, 7))),
        }),
      ),
      ...w.bytesField(
        2,
        w.tensor({
          type: 7,
          dims: [2, 2],
          values: w.bytesField(9, w.littleEndian(BigInt64Array.of(0n, 1n, 1n, 2n))),
        }),
      ),
      ...w.intField(3, 2),
      ...w.intField(3, 3),
    ];
    const graph = [
      ...w.graph({
        initializers: [w.floats('w', [2])],
        sparse: [sparse],
        nodes: [w.node({ op: 'Add', inputs: ['w', 's'], outputs: ['y'] })],
      }),
      ...w.bytesField(11, value('w')),
      ...w.bytesField(11, value('x')),
      ...w.bytesField(12, value('y')),
    ];
    const network = await read(w.model(graph));
    expect(network.inputs.map(({ name }) => name)).toEqual(['x']);
    const dense = network.initializers.get('s');
    expect(dense?.shape).toEqual([2, 3]);
    expect(dense && [...numbersOf(dense)]).toEqual([0, 5, 0, 0, 0, 7]);
  });

  test('renames values of subgraphs that share their names', async () => {
    const branch = (factor: number): w.Bytes =>
      w.graph({
        initializers: [w.floats('k', [1], factor)],
        nodes: [w.node({ op: 'Mul', inputs: ['x', 'k'], outputs: ['r'] })],
        outputs: ['r'],
      });
    const graph = [
      ...w.graph({
        nodes: [
          w.node({
            op: 'If',
            inputs: ['c'],
            outputs: ['y'],
            attributes: [
              w.attribute.graph('then_branch', branch(1)),
              w.attribute.graph('else_branch', branch(2)),
            ],
          }),
        ],
      }),
      ...w.bytesField(11, value('x')),
      ...w.bytesField(11, value('c')),
      ...w.bytesField(12, value('y')),
    ];
    const { nodes } = await read(w.model(graph));
    const graphs = Object.values(nodes[0]?.attributes ?? {}).map((each) =>
      each.is === 'graph' ? each.value : undefined,
    );
    expect(graphs.map((inner) => inner?.nodes[0]?.inputs)).toEqual([
      ['x', 'k'],
      ['x', 'k_2'],
    ]);
    expect(graphs.map((inner) => inner?.outputs[0]?.name)).toEqual(['r', 'r_2']);
  });

  test('puts nodes in the order of computation', async () => {
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }), async (order) => {
        const nodes = order.map((i) =>
          w.node({ op: 'Relu', inputs: [`v${i}`], outputs: [`v${i + 1}`] }),
        );
        const graph = [
          ...w.graph({ nodes }),
          ...w.bytesField(11, value('v0')),
          ...w.bytesField(12, value('v5')),
        ];
        const network = await read(w.model(graph));
        expect(network.nodes.map(({ outputs }) => outputs[0])).toEqual([
          'v1',
          'v2',
          'v3',
          'v4',
          'v5',
        ]);
      }),
    );
  });

  test('says what it cannot carry', async () => {
    const refused = (bytes: Uint8Array) =>
      read(bytes).then(
        () => 'read',
        (error: unknown) => error,
      );
    const cycle = w.graph({
      nodes: [
        w.node({ op: 'Add', inputs: ['x', 'b'], outputs: ['a'] }),
        w.node({ op: 'Relu', inputs: ['a'], outputs: ['b'] }),
      ],
      inputs: ['x'],
      outputs: ['b'],
    });
    expect(await refused(w.model(cycle))).toMatchObject({ code: 'network-unsupported' });
    const unknown = w.graph({ nodes: [w.node({ op: 'Relu', inputs: ['q'], outputs: ['a'] })] });
    expect(await refused(w.model(unknown))).toMatchObject({ code: 'format-invalid' });
    const twice = w.graph({
      nodes: [1, 2].map(() => w.node({ op: 'Relu', inputs: ['x'], outputs: ['a'] })),
      inputs: ['x'],
    });
    expect(await refused(w.model(twice))).toMatchObject({ code: 'format-invalid' });
    const strings = w.tensor({ name: 's', type: 8, dims: [1], values: w.textField(6, 'a') });
    expect(await refused(w.model(w.graph({ initializers: [strings] })))).toMatchObject({
      code: 'network-unsupported',
    });
  });
});

describe.skipIf(!hasSharedData)(`readNetwork on real models${sharedTitle}`, () => {
  const paths = sharedPaths(/\.onnx$/).filter((name) => !name.includes('ifless_broken'));

  test.each(paths)(
    'names the tensors of %s as the snapshot does, with their values',
    async (name) => {
      const source = sharedSource(name);
      const network = await readNetwork({ name: 'm', format: 'onnx', files: [source] }, run);
      const known = await parse(source.bytes);
      for (const tensor of known.tensors) {
        const found = network.initializers.get(tensor.name);
        if (found === undefined) continue;
        expect([found.dtype, found.shape]).toEqual([tensor.dtype, tensor.shape]);
        expect((await valuesOf(known, tensor.name)).equals(found.bytes)).toBe(true);
      }
      const names = new Set(known.tensors.map((each) => each.name));
      const unnamed = [...network.initializers].filter(([each]) => !names.has(each));
      // Only numbers that stand in attributes of Constant nodes are no tensors of the snapshot.
      expect(unnamed.filter(([, { shape }]) => shape.length > 1)).toEqual([]);

      const again = await parse(encodeOnnx(network));
      const values = new Map(again.tensors.map((each) => [each.name, each]));
      for (const [each, { dtype, shape, bytes }] of network.initializers) {
        expect(values.get(each)).toMatchObject({ dtype, shape });
        expect((await valuesOf(again, each)).equals(bytes)).toBe(true);
      }
      const bytes = encodeOnnx(network);
      expect(Buffer.from(encodeOnnx(await read(bytes))).equals(bytes)).toBe(true);
    },
  );
});
