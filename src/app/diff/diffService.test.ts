import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { NodeId } from '../../core/ids.ts';
import type { DiffTensor } from '../../core/diff/pairTensors.ts';
import { memorySource } from '../../formats/memorySource.fixture.ts';
import { testBench, noRun, type TestBench } from '../import/importModels.fixture.ts';
import { diffService } from './diffService.ts';
import { tensorChange } from './tensorChange.ts';
import type { StoredTensor } from './tensorNumbers.ts';
import { tensorTile } from './tensorTile.ts';

type Given = Record<string, Pick<DiffTensor, 'dtype' | 'shape'> & { readonly values: ArrayBuffer }>;

/** A safetensors file. */
function safetensors(tensors: Given): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = {};
  let at = 0;
  for (const [name, { dtype, shape, values }] of Object.entries(tensors)) {
    header[name] = {
      dtype: dtype.toUpperCase(),
      shape,
      data_offsets: [at, at + values.byteLength],
    };
    at += values.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + at);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  at = 8 + text.length;
  for (const { values } of Object.values(tensors)) {
    bytes.set(new Uint8Array(values), at);
    at += values.byteLength;
  }
  return bytes;
}

const [rows, columns] = [30, 50];
const base = Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i * i));
const f32 = (shape: readonly number[], values: Float32Array<ArrayBuffer>) => ({
  dtype: 'f32' as const, shape, values: values.buffer,
}); // prettier-ignore
const bias = f32([rows], new Float32Array(rows).fill(0.5));

describe('the diff of stored models', () => {
  let bench: TestBench;
  let service: ReturnType<typeof diffService>;
  const ids = new Map<string, NodeId>();
  const id = (name: string): NodeId => ids.get(name) ?? ('' as NodeId);
  const read: string[] = [];

  beforeAll(async () => {
    bench = await testBench();
    const rankOne = base.map(
      (x, i) => x + Math.cos(Math.floor(i / columns)) * Math.sin(i % columns),
    );
    const turned = base.map((_, i) => base[(i % rows) * columns + Math.floor(i / rows)] ?? 0);
    const files: Record<string, Given> = {
      base: { 'fc.weight': f32([rows, columns], base), 'fc.bias': bias },
      rank: { 'fc.weight': f32([rows, columns], rankOne), 'fc.bias': bias },
      turned: { 'fc.weight': f32([columns, rows], turned) },
      wide: { 'fc.weight': f32([rows, columns], base), 'fc.bias': bias, 'gc.weight': f32([4, rows], base.slice(0, 4 * rows)) },
    }; // prettier-ignore
    const sources = Object.entries(files).map(([name, tensors]) =>
      memorySource(`${name}.safetensors`, safetensors(tensors)),
    );
    const { models } = await bench.importFiles(sources, { infer: false });
    for (const model of models) if ('id' in model) ids.set(model.name ?? '', model.id);
    const { content } = bench.ports;
    service = diffService({
      ...bench.ports,
      content: Object.assign(Object.create(content) as typeof content, {
        read: (chunk: Parameters<typeof content.read>[0]) => {
          read.push(chunk);
          return content.read(chunk);
        },
      }),
    });
  });

  it('of a model with itself is empty, and reads nothing', async () => {
    read.length = 0;
    const diff = await service.diff(id('base'), id('base'), noRun);
    expect(diff.layers.map(({ is }) => is)).toEqual(['equal']);
    expect(diff.tensors.map(({ is }) => is)).toEqual(['equal', 'equal']);
    expect([diff.edges, diff.bounded, diff.paper]).toEqual([
      [], { structural: 0, contextual: 0 }, { structural: 0, contextual: 0 },
    ]); // prettier-ignore
    expect(diff.summary).toBe('no difference');
    expect(await service.tensorDifferences(id('base'), id('base'), undefined, noRun, () => undefined)).toEqual([]); // prettier-ignore
    expect(read).toEqual([]);
  });

  it('tells an added layer', async () => {
    const diff = await service.diff(id('base'), id('wide'), noRun);
    expect(diff.layers.map(({ is, label }) => `${is} ${label}`)).toEqual([
      'equal fc (Linear 50→30)', 'added gc (Linear 30→4)',
    ]); // prettier-ignore
    expect(diff.summary).toBe('2 layers: 1 added');
  });

  it('finds a change of low rank, and where it is largest', async () => {
    const diff = await service.diff(id('base'), id('rank'), noRun);
    const pair = diff.tensors.findIndex(({ is }) => is === 'changed');
    const rowsSeen: number[] = [];
    const all = await service.tensorDifferences(id('base'), id('rank'), undefined, noRun, (row) => rowsSeen.push(row.pair)); // prettier-ignore
    expect([rowsSeen, all.length]).toEqual([[pair], 1]);
    const detail = await service.tensorDifference(id('base'), id('rank'), pair, noRun);
    expect(detail.rank).toEqual({ value: 1, of: 30, exact: true });
    expect(detail.looksLike).toBe('low rank: 1 of 30');
    expect(detail.singularValues?.[0]).toBeCloseTo(detail.norm, 4);
    expect(detail.histogram.reduce((sum, count) => sum + count)).toBe(rows * columns);
    const [first] = detail.largestChanges;
    expect(Math.abs((first?.b ?? 0) - (first?.a ?? 0))).toBe(detail.largest);
    expect(first?.at).toEqual([Math.floor(detail.largestAt / columns), detail.largestAt % columns]);
  });

  it('compares a matrix with its transposed', async () => {
    const diff = await service.diff(id('base'), id('turned'), noRun);
    const pair = diff.tensors.findIndex(({ transposed }) => transposed);
    const [row] = await service.tensorDifferences(id('base'), id('turned'), [pair], noRun, () => undefined); // prettier-ignore
    expect(row).toMatchObject({ differing: 0, norm: 0, looksLike: 'equal' });
    const order = { of: 'difference', row: 3, column: 2, rows: 20, columns: 9, height: 20, width: 9 } as const; // prettier-ignore
    const tile = await service.tile(id('base'), id('turned'), pair, order, noRun);
    expect([tile.min, tile.max, tile.totalRows, tile.totalColumns]).toEqual([0, 0, columns, rows]);
  });

  it('cuts tiles that say the element of largest magnitude', async () => {
    const pair = (await service.diff(id('base'), id('rank'), noRun)).tensors.findIndex(({ is }) => is === 'changed'); // prettier-ignore
    const size = fc.integer({ min: 1, max: 60 });
    const order = fc.record({ row: fc.nat(29), column: fc.nat(49), rows: size, columns: size, height: size, width: size }); // prettier-ignore
    await fc.assert(
      fc.asyncProperty(order, async (given) => {
        const tile = await service.tile(id('base'), id('rank'), pair, { of: 'a', ...given }, noRun);
        const height = Math.min(rows, given.row + given.rows) - given.row;
        const width = Math.min(columns, given.column + given.columns) - given.column;
        const expected = new Float32Array(tile.height * tile.width);
        for (let i = 0; i < height; i++)
          for (let j = 0; j < width; j++) {
            const cell = Math.floor((i * tile.height) / height) * tile.width + Math.floor((j * tile.width) / width); // prettier-ignore
            const value = base[(given.row + i) * columns + given.column + j] ?? 0;
            if (Math.abs(value) > Math.abs(expected[cell] ?? 0)) expected[cell] = value;
          }
        expect(tile.values).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });

  it('refuses a pair that has no difference', async () => {
    const diff = await service.diff(id('base'), id('wide'), noRun);
    const pair = diff.tensors.findIndex(({ is }) => is === 'added');
    await expect(service.tensorDifference(id('base'), id('wide'), pair, noRun)).rejects.toMatchObject({ code: 'format-unsupported' }); // prettier-ignore
    await expect(service.tensorDifference(id('base'), id('wide'), 99, noRun)).rejects.toMatchObject({ code: 'format-unsupported' }); // prettier-ignore
  });

  it('stops when it is told to', async () => {
    const controller = new AbortController();
    controller.abort();
    const fresh = diffService(bench.ports);
    await expect(
      fresh.tensorDifferences(id('base'), id('rank'), undefined, controller, () => undefined),
    ).rejects.toThrow();
  });
});

describe('a long comparison', () => {
  it('takes turns, and ends at the first after it was cancelled', async () => {
    const ids = ['a', 'b'].map((name) => new Float32Array(1_500_000).fill(name === 'a' ? 1 : 2));
    const [a, b] = ids;
    const content = {
      read: (chunk: string) =>
        Promise.resolve(new Uint8Array((chunk === 'a' ? a : b)?.buffer ?? [])),
    };
    const stored = (name: string) =>
      ({
        entry: { name, dtype: 'f32', shape: [1000, 1500], payload: 0, role: 'weight' },
        payload: { id: name, sizeBytes: 6_000_000, chunks: [name] },
      }) as unknown as StoredTensor;
    const tensors = { a: stored('a'), b: stored('b'), transposed: false };
    let turns = 0;
    const controller = new AbortController();
    const pause = (): Promise<void> => {
      turns += 1;
      if (turns === 2) controller.abort();
      return Promise.resolve();
    };
    await expect(
      tensorChange(content, tensors, { signal: controller.signal, pause }),
    ).rejects.toThrow(/abort/);
    expect(turns).toBe(2);
  });
});

describe('a picture of a filter bank', () => {
  it('puts each filter where it belongs, from any corner, as the plain matrix has it', async () => {
    const shape = [5, 4, 3, 2] as const;
    const values = Float32Array.from({ length: 120 }, (_, i) => i + 1);
    const content = { read: () => Promise.resolve(new Uint8Array(values.buffer)) };
    const tensor = {
      entry: { name: 'w', dtype: 'f32', shape, payload: 0, role: 'weight' },
      payload: { id: 'w', sizeBytes: 480, chunks: ['w'] },
    } as unknown as StoredTensor;
    const corner = fc.record({
      row: fc.integer({ min: 0, max: 14 }),
      column: fc.integer({ min: 0, max: 7 }),
      rows: fc.integer({ min: 1, max: 15 }),
      columns: fc.integer({ min: 1, max: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(corner, async (order) => {
        const { signal } = new AbortController();
        const found = await tensorTile(
          content,
          { b: tensor, transposed: false },
          { of: 'b', layout: 'filters', ...order, height: 99, width: 99 },
          { signal },
        );
        expect([found.totalRows, found.totalColumns]).toEqual([15, 8]);
        for (let y = 0; y < found.height; y++)
          for (let x = 0; x < found.width; x++) {
            const [r, c] = [order.row + y, order.column + x];
            const [o, i] = [Math.floor(r / 3), Math.floor(c / 2)];
            const flat = ((o * 4 + i) * 3 + (r % 3)) * 2 + (c % 2);
            expect(found.values[y * found.width + x]).toBe(flat + 1);
          }
      }),
    );
  });
});
