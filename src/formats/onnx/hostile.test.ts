import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLineageError } from '../../core/lineageError.ts';
import type { ByteSource } from '../../core/ports/modelFormats.ts';
import { parse, parseFiles } from './parseOnnx.fixture.ts';
import * as w from './protoWriter.fixture.ts';

const relu = (from: string, to: string): w.Bytes =>
  w.node({ op: 'Relu', inputs: [from], outputs: [to] });

const small = w.model(
  w.graph({
    inputs: ['x'],
    outputs: ['y'],
    initializers: [w.floats('a', [2, 3])],
    nodes: [w.node({ op: 'MatMul', inputs: ['x', 'a'], outputs: ['m'] }), relu('m', 'y')],
  }),
);

const withTensor = (
  dims: readonly (number | bigint)[],
  type = 1,
  values: w.Bytes = [],
): Uint8Array =>
  w.model(w.graph({ initializers: [w.tensor({ name: 'bad', type, dims, values })] }));

describe('a hostile ONNX file', () => {
  it('is refused at every length that a small model is cut to, but where the rest is optional', async () => {
    const graphEnds = small.length - w.bytesField(8, w.intField(2, 17)).length;
    for (let length = 0; length < small.length; length++) {
      const cut = parse(small.slice(0, length));
      if (length === graphEnds) await expect(cut).resolves.toBeDefined();
      else await expect(cut, `${length}`).rejects.toMatchObject({ code: 'format-invalid' });
    }
  });

  it('gives a LineageError or a model when any bytes are changed', async () => {
    const change = fc.record({ at: fc.nat(small.length - 1), to: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const bytes = small.slice();
        for (const { at, to } of changes) bytes[at] = to;
        const error: unknown = await parse(bytes).then(
          () => undefined,
          (caught: unknown) => caught,
        );
        if (error !== undefined) expect(isLineageError(error)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['a negative extent', withTensor([-1n]), /negative extent/],
    ['a shape that overflows', withTensor([2 ** 40, 2 ** 40]), /overflows/],
    ['an overflowing shape with a zero in it', withTensor([2 ** 40, 2 ** 40, 0]), /overflows/],
    ['an unknown data type', withTensor([1], 99), /data type 99/],
    ['too few values', withTensor([3], 1, w.bytesField(9, [0, 0, 0, 0])), /bad.*4 bytes/],
    ['values in the wrong field', withTensor([1], 1, w.intField(7, 1)), /int64_data/],
    ['a value too large for its type', withTensor([1], 3, w.intField(5, 300)), /does not fit/],
    ['values twice', withTensor([1], 6, [...w.intField(5, 1), ...w.bytesField(9, [1, 0, 0, 0])]), /more/],
    ['no values', withTensor([1]), /none/],
    ['a group', w.model([...w.graph({}), 0x0b]), /wire type 3/],
    ['field number 0', w.model([...w.graph({}), 0]), /number 0|cut off/],
    ['a varint of 11 bytes', Uint8Array.of(8, ...new Array<number>(10).fill(255), 1), /64 bits/],
    ['no graph', Uint8Array.from(w.intField(1, 8)), /without a graph/],
    ['an HTML page', new TextEncoder().encode('<!DOCTYPE html><html></html>'), /./],
    ['two initializers of one name',
      w.model(w.graph({ initializers: [w.floats('a', [1]), w.floats('a', [1])] })), /have the name a/],
    ['a cycle',
      w.model(w.graph({ nodes: [relu('a', 'b'), relu('b', 'a')] })), /cycle/],
    ['a missing producer',
      w.model(w.graph({ nodes: [relu('a', 'b')] })), /nothing produces a/],
    ['a value produced twice',
      w.model(w.graph({ inputs: ['x'], nodes: [relu('x', 'b'), relu('x', 'b')] })), /more than once/],
    ['an output that nothing produces', w.model(w.graph({ outputs: ['y'] })), /output y/],
    ['a function that calls itself',
      w.model(
        w.graph({ inputs: ['x'], nodes: [w.node({ op: 'F', domain: 'local', inputs: ['x'], outputs: ['y'] })] }),
        [w.localFunction({ name: 'F', inputs: ['a'], outputs: ['b'],
          nodes: [w.node({ op: 'F', domain: 'local', inputs: ['a'], outputs: ['b'] })] })],
      ), /calls itself/],
  ])('with %s is refused, naming the file and the place', async (_, bytes, reason) => {
    const error: unknown = await parse(bytes).catch((caught: unknown) => caught);
    if (!isLineageError(error, 'format-invalid')) throw error;
    expect(error.data.reason).toMatch(reason);
    expect(error.data.file).toBe('models/m.onnx');
    expect(error.data.at).toBeLessThanOrEqual(bytes.length);
  }); // prettier-ignore

  it('with messages nested too deep is refused, not followed', async () => {
    let inner = w.graph({});
    for (let depth = 0; depth < 60; depth++)
      inner = w.graph({
        nodes: [w.node({ op: 'If', attributes: [w.attribute.graph('g', inner)] })],
      });
    await expect(parse(w.model(inner))).rejects.toMatchObject({ code: 'format-unsupported' });
  });

  it('with functions that double thirty times is refused before they are inlined', async () => {
    const functions = Array.from({ length: 30 }, (_, i) => {
      const call = (from: string, to: string): w.Bytes =>
        w.node({ op: `F${i + 1}`, domain: 'local', inputs: [from], outputs: [to] });
      const nodes = [call('a', 'b'), call('b', 'c')];
      return w.localFunction({ name: `F${i}`, inputs: ['a'], outputs: ['c'], nodes });
    });
    const call = w.node({ op: 'F0', domain: 'local', inputs: ['x'], outputs: ['y'] });
    const bytes = w.model(w.graph({ inputs: ['x'], nodes: [call] }), functions);
    await expect(parse(bytes)).rejects.toMatchObject({ code: 'format-unsupported' });
  });

  it('of 1,000,000 initializers is refused with the numbers, before they are all read', async () => {
    const initializer = Buffer.from(w.bytesField(5, w.floats('a', [1])));
    const inner = Buffer.alloc(1_000_000 * initializer.length, initializer);
    const head = Buffer.from([...w.varint(7 * 8 + 2), ...w.varint(inner.length)]);
    await expect(parse(Uint8Array.from(Buffer.concat([head, inner])))).rejects.toMatchObject({
      code: 'format-unsupported',
      data: { what: 'it has more than 262144 of TensorProto' },
    });
  }, 30_000);

  it('does not overflow the stack with a chain of 100,000 nodes', async () => {
    const nodes = Array.from({ length: 100_000 }, (_, i) => relu(`v${i}`, `v${i + 1}`));
    const { architecture } = await parse(chain(nodes, 'v0', 'v100000'));
    expect(architecture.edges).toEqual([{ from: 'IN', to: 'OUT', via: ['Relu'] }]);
    const backwards = nodes.slice(0, 10_000).reverse();
    expect((await parse(chain(backwards, 'v0', 'v10000'))).architecture.edges).toHaveLength(1);
  }, 30_000);

  it('of two gigabytes is read by its headers alone', async () => {
    const valuesBytes = 2 ** 31;
    const bytes = [...w.varint(9 * 8 + 2), ...w.varint(valuesBytes)];
    const head = w.tensor({ name: 'big', type: 1, dims: [2 ** 29], values: bytes });
    const initializer = [...w.varint(5 * 8 + 2), ...w.varint(head.length + valuesBytes), ...head];
    const inner = [...w.varint(7 * 8 + 2), ...w.varint(initializer.length + valuesBytes)];
    const start = Uint8Array.from([...inner, ...initializer]);
    let readBytes = 0;
    const source: ByteSource = {
      path: 'big.onnx',
      sizeBytes: start.length + valuesBytes,
      read(offset, length) {
        readBytes += length;
        const piece = new Uint8Array(length);
        piece.set(start.subarray(offset, offset + length));
        return Promise.resolve(piece);
      },
    };
    const model = await parseFiles([source]);
    expect(model.payloadBytes).toEqual([valuesBytes]);
    expect(readBytes).toBeLessThan(2 ** 20);
  });
});

/** A model of many nodes, put together without arrays of numbers. */
function chain(nodes: readonly w.Bytes[], input: string, output: string): Uint8Array {
  const parts = nodes.map((node) => Uint8Array.from(w.bytesField(1, node)));
  const ends = Uint8Array.from(w.graph({ inputs: [input], outputs: [output] }));
  const size = parts.reduce((sum, part) => sum + part.length, ends.length);
  const head = Uint8Array.from([...w.varint(7 * 8 + 2), ...w.varint(size)]);
  return Uint8Array.from(Buffer.concat([head, ...parts, ends]));
}
