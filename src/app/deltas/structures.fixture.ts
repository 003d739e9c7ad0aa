import { encodeNumbers } from '../../core/network/encodeNumbers.ts';
import { fuseLora } from '../../core/network/surgery/lora.ts';
import { quantised } from '../../core/network/surgery/quantiseWeights.ts';
import { combined } from '../../core/network/combine.ts';
import { numbersOf } from '../../core/network/literal.ts';
import type { Literal } from '../../core/network/network.ts';
import { maskedBy, magnitudeMasks } from '../../core/network/magnitudeMasks.ts';
import type { NodeId } from '../../core/ids.ts';
import { safetensorsFile } from '../../formats/safetensors/safetensors.fixture.ts';
import { testBench, type TestBench } from '../import/importModels.fixture.ts';
import { memorySource } from '../../formats/memorySource.fixture.ts';

export type Tensors = ReadonlyMap<string, Literal>;

/** A model that follows from others in a way of its own. */
export interface Structure {
  readonly name: string;
  readonly from: readonly Tensors[];
  readonly child: Tensors;
  /** The child is to take at most this share of its new bytes. */
  readonly most: number;
}

/** Numbers that look like weights, the same everywhere: sums of four uniform ones, σ ≈ 0.058 `size`. */
export function randomNumbers(seed: number): (size?: number) => number {
  let state = seed | 0;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return ((state ^ (state >>> 15)) >>> 0) / 2 ** 32;
  };
  return (size = 1) => (next() + next() + next() + next() - 2) * 0.1 * size;
}

/** What a child has of the matrices of a base, one way for each structure there is. */
export function structuresOf(base: Tensors): Structure[] {
  const tuned = Array.from({ length: 5 }, (_, i) => finetuned(base, i + 1));
  const [first = base] = tuned;
  const int8 = inBytes(base);
  const lora = adapterOf(base);
  const average = [...tuned].map(() => 1 / 5);
  return [
    { name: 'half precision', from: [base], child: cast(base, 'f16'), most: 0.03 },
    { name: 'bfloat16', from: [base], child: cast(base, 'bf16'), most: 0.03 },
    { name: 'back from half', from: [cast(base, 'f16')], child: cast(cast(base, 'f16'), 'f32'), most: 0.03 },
    { name: 'int8, scale a channel', from: [base], child: int8, most: 0.05 },
    { name: 'dequantised', from: [int8], child: dequantised(base), most: 0.05 },
    { name: 'pruned by size', from: [base], child: pruned(base), most: 0.03 },
    { name: 'pruned at random', from: [base], child: prunedAtRandom(base), most: 0.06 },
    { name: 'average of 5', from: tuned, child: weighted(tuned, average), most: 0.03 },
    { name: 'average by examples', from: tuned.slice(0, 3), child: weighted(tuned, [0.217, 0.483, 0.3]), most: 0.03 },
    { name: 'task arithmetic', from: [base, ...tuned.slice(0, 2)], child: weighted([base, ...tuned], [-0.4, 0.7, 0.7]), most: 0.03 },
    { name: 'adapter fused, adapter stored', from: [base, lora], child: fused(base, lora), most: 0.03 },
    { name: 'adapter fused, adapter unknown', from: [base], child: fused(base, lora), most: 0.35 },
    { name: 'rows scaled', from: [base], child: rowsScaled(base), most: 0.05 },
    { name: 'transposed', from: [base], child: gathered(base, 'transposed'), most: 0.03 },
    { name: 'gates in another order', from: [base], child: gathered(base, 'gates'), most: 0.03 },
    { name: 'neurons in another order', from: [base], child: gathered(base, 'neurons'), most: 0.06 },
    { name: 'half of the channels kept', from: [base], child: gathered(base, 'kept'), most: 0.03 },
    { name: 'a tenth more rows', from: [base], child: gathered(base, 'grown'), most: 0.12 },
    { name: 'joined', from: [base], child: joined(base), most: 0.03 },
    { name: 'pruned of a finetuned one', from: [base, first], child: pruned(first), most: 0.03 },
  ]; // prettier-ignore
}

const mapped = (of: Tensors, change: (value: Literal, name: string) => Literal): Tensors =>
  new Map([...of].map(([name, value]) => [name, change(value, name)]));
const ofNumbers = (value: Literal, numbers: ArrayLike<number>): Literal =>
  encodeNumbers(value.dtype, value.shape, numbers);
const isMatrix = ({ shape }: Literal) => shape.length >= 2;
const rowOf = ({ shape }: Literal) => shape.slice(1).reduce((a, b) => a * b, 1);

function finetuned(base: Tensors, seed: number): Tensors {
  const random = randomNumbers(seed * 104729);
  return mapped(base, (value) =>
    ofNumbers(
      value,
      numbersOf(value).map((x) => x + random(0.01)),
    ),
  );
}

const cast = (base: Tensors, dtype: 'f16' | 'bf16' | 'f32'): Tensors =>
  mapped(base, (value) => encodeNumbers(dtype, value.shape, numbersOf(value)));

function inBytes(base: Tensors): Tensors {
  return new Map(
    [...base].flatMap(([name, value]) => {
      if (!isMatrix(value)) return [[name, value] as const];
      const { codes, scales } = quantised(value, 0);
      return [[name, codes] as const, [`${name}_scale`, scales] as const];
    }),
  );
}

function dequantised(base: Tensors): Tensors {
  return mapped(base, (value) => {
    if (!isMatrix(value)) return value;
    const { codes, scales } = quantised(value, 0);
    const steps = numbersOf(scales);
    const row = rowOf(value);
    return ofNumbers(
      value,
      numbersOf(codes).map((x, i) => x * (steps[Math.floor(i / row)] ?? 0)),
    );
  });
}

function pruned(base: Tensors): Tensors {
  const masks = magnitudeMasks(
    new Map([...base].filter(([, value]) => isMatrix(value))),
    0.5,
    'global',
  );
  return mapped(base, (value, name) => {
    const mask = masks.get(name);
    return mask === undefined ? value : maskedBy(value, mask);
  });
}

function prunedAtRandom(base: Tensors): Tensors {
  const random = randomNumbers(31);
  return mapped(base, (value) =>
    isMatrix(value)
      ? ofNumbers(
          value,
          numbersOf(value).map((x) => (random() < 0 ? 0 : x)),
        )
      : value,
  );
}

const weighted = (models: readonly Tensors[], factors: readonly number[]): Tensors =>
  mapped(models[0] as Tensors, (_, name) =>
    combined(
      models.slice(0, factors.length).map((each) => each.get(name) as Literal),
      factors,
    ),
  );

function adapterOf(base: Tensors): Tensors {
  const random = randomNumbers(77);
  return new Map(
    [...base].flatMap(([name, value]) => {
      if (value.shape.length !== 2) return [];
      const [rows = 1, columns = 1] = value.shape;
      const numbers = (count: number) => Float64Array.from({ length: count }, () => random(0.5));
      const b = encodeNumbers('f32', [rows, 4], numbers(rows * 4));
      const a = encodeNumbers('f32', [4, columns], numbers(4 * columns));
      return [[`${name}.lora_A`, a] as const, [`${name}.lora_B`, b] as const];
    }),
  );
}

const fused = (base: Tensors, lora: Tensors): Tensors =>
  mapped(base, (value, name) => {
    const [a, b] = [lora.get(`${name}.lora_A`), lora.get(`${name}.lora_B`)];
    return (a && b && fuseLora(value, a, b, 2)) ?? value;
  });

function rowsScaled(base: Tensors): Tensors {
  const random = randomNumbers(5);
  return mapped(base, (value) => {
    if (!isMatrix(value)) return value;
    const row = rowOf(value);
    const factors = Array.from({ length: value.shape[0] ?? 1 }, () => Math.fround(1 + random(3)));
    return ofNumbers(
      value,
      numbersOf(value).map((x, i) => x * (factors[Math.floor(i / row)] ?? 1)),
    );
  });
}

/** Rows and columns in other places. */
function gathered(
  base: Tensors,
  how: 'transposed' | 'gates' | 'neurons' | 'kept' | 'grown',
): Tensors {
  const random = randomNumbers(11);
  const shuffled = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ i, at: random() }))
      .sort((a, b) => a.at - b.at)
      .map(({ i }) => i);
  const all = (count: number) => Array.from({ length: count }, (_, i) => i);
  return mapped(base, (value) => {
    if (value.shape.length !== 2) return value;
    const [rows = 1, columns = 1] = value.shape;
    const numbers = numbersOf(value);
    if (how === 'transposed')
      return encodeNumbers(value.dtype, [columns, rows], numbers.map((_, i) => numbers[(i % rows) * columns + Math.floor(i / rows)] as number)); // prettier-ignore
    const quarter = Math.floor(rows / 4);
    const [fromRows, fromColumns] = {
      gates: [all(rows).map((i) => (i < 4 * quarter ? (i + quarter) % (4 * quarter) : i)), all(columns)],
      neurons: [shuffled(rows), shuffled(columns)],
      kept: [all(rows).filter(() => random() < 0), all(columns).filter(() => random() < 0)],
      grown: [[...all(rows), ...all(Math.ceil(rows / 10)).map(() => -1)], all(columns)],
    }[how] as [number[], number[]]; // prettier-ignore
    const taken = fromRows.flatMap((row) =>
      fromColumns.map((column) =>
        row < 0 ? random() : (numbers[row * columns + column] as number),
      ),
    );
    return encodeNumbers(value.dtype, [fromRows.length, fromColumns.length], taken);
  });
}

/** All matrices of equal width on top of each other, under other names. */
function joined(base: Tensors): Tensors {
  const byWidth = new Map<number, Literal[]>();
  for (const value of base.values())
    if (value.shape.length === 2)
      byWidth.set(rowOf(value), [...(byWidth.get(rowOf(value)) ?? []), value]);
  return new Map(
    [...byWidth].map(([columns, values]) => {
      const numbers = values.flatMap((value) => [...numbersOf(value)]);
      return [
        `joined_${columns}`,
        encodeNumbers('f32', [numbers.length / columns, columns], numbers),
      ];
    }),
  );
}

/** The tensors as a safetensors file. */
export function fileOf(tensors: Tensors): Uint8Array {
  const header: Record<string, unknown> = {};
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const [name, { dtype, shape, bytes }] of tensors) {
    header[name] = { dtype: dtype.toUpperCase(), shape, data_offsets: [at, at + bytes.length] };
    parts.push(bytes);
    at += bytes.length;
  }
  const data = new Uint8Array(at);
  let to = 0;
  for (const part of parts) {
    data.set(part, to);
    to += part.length;
  }
  // Aligned, so that what comes behind has no part in the text's length.
  const text = JSON.stringify(header);
  return safetensorsFile(text.padEnd(Math.ceil(text.length / 8) * 8), data);
}

/** What the new chunks of a child are and take. */
export interface StoredStructure {
  readonly rawBytes: number;
  readonly storedBytes: number;
  readonly codecs: ReadonlyMap<string, number>;
  readonly bench: TestBench;
  readonly child: NodeId;
}

/** Imports the parents of a structure, then the child with edges from them, and looks at its tensors. */
export async function storeStructure({ from, child }: Structure): Promise<StoredStructure> {
  const bench = await testBench();
  const parents: string[] = [];
  for (const [i, tensors] of from.entries()) {
    const name = `parent-${i}`;
    parents.push(name);
    await bench.importFiles([memorySource(`${name}.safetensors`, fileOf(tensors))], {
      infer: false,
    });
  }
  const before = new Set<string>();
  const chunksOf = async (id: NodeId) => {
    const { nodes } = await bench.ports.session.lineage();
    const snapshot = nodes.get(id)?.snapshot;
    if (snapshot === undefined) throw new Error('the child is not there');
    const { payloads } = await bench.ports.content.manifest(snapshot);
    return payloads.flatMap(({ chunks }) => chunks);
  };
  for (const id of (await bench.ports.session.lineage()).nodes.keys())
    for (const chunk of await chunksOf(id)) before.add(chunk);
  const report = await bench.importFiles([memorySource('child.safetensors', fileOf(child))], {
    infer: false,
    declared: parents.map((parent) => ({ kind: 'provenance', from: parent, to: 'child' })),
  });
  const id = report.models[0]?.id;
  if (id === undefined) throw new Error(JSON.stringify(report.models));
  const fresh = new Set((await chunksOf(id)).filter((chunk) => !before.has(chunk)));
  const codecs = new Map<string, number>();
  let [rawBytes, storedBytes] = [0, 0];
  for (const stored of await bench.ports.content.describe([...fresh])) {
    if (stored === undefined) throw new Error('a chunk is not there');
    rawBytes += stored.rawBytes;
    storedBytes += stored.storedBytes;
    codecs.set(stored.codec, (codecs.get(stored.codec) ?? 0) + stored.rawBytes);
  }
  return { rawBytes, storedBytes, codecs, bench, child: id };
}
