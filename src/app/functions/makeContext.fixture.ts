import { blobs, never, testCompute } from '../../compute/training.fixture.ts';
import type { DataUse } from '../../core/data/dataUse.ts';
import type { Examples } from '../../core/data/examples.ts';
import type { NodeId, SnapshotId } from '../../core/ids.ts';
import { numbersOf } from '../../core/network/literal.ts';
import type { Literal, Network } from '../../core/network/network.ts';
import type { FormatName } from '../../core/snapshot.ts';
import { isFloat } from '../../core/dtype.ts';
import { LineageError } from '../../core/lineageError.ts';
import { checkArguments } from '../../core/recipe/checkArguments.ts';
import type { Arguments } from '../../core/recipe/recipe.ts';
import type { TrainData } from '../../core/training/trainJob.ts';
import type {
  CreationFunction,
  JobOrder,
  MadeModel,
  MakeContext,
  ParentModel,
} from '../create/creationFunction.ts';

/** Tensors as a parent; with a computation where `network` is given. */
export function tensorsParent(
  name: string,
  tensors: ReadonlyMap<string, Literal>,
  network?: Network,
): ParentModel {
  const format: FormatName = network === undefined ? 'safetensors' : 'onnx';
  const elements = [...tensors.values()].reduce((sum, each) => sum + numbersOf(each).length, 0);
  return {
    node: {
      id: `node-${name}` as NodeId,
      name,
      snapshot: `snapshot-${name}` as SnapshotId,
      tags: [],
      notes: '',
      createdAt: 0,
      summary: {
        format,
        fileName: name,
        sizeBytes: 0,
        parameterCount: elements,
        tensorCount: tensors.size,
      } as ParentModel['node']['summary'],
    },
    tensors: [...tensors].map(([each, { dtype, shape }], payload) => ({
      name: each,
      dtype,
      shape,
      payload,
      role: isFloat(dtype) ? 'weight' : 'constant',
    })),
    network: () =>
      network === undefined
        ? Promise.reject(
            new LineageError('network-unsupported', { node: name, reason: 'a state dict' }),
          )
        : Promise.resolve(network),
    values: (names) =>
      Promise.resolve(new Map([...tensors].filter(([each]) => names.includes(each)))),
  };
}

export function networkParent(name: string, network: Network): ParentModel {
  return tensorsParent(name, network.initializers, network);
}

/** A data use of the three blobs: `input` of two numbers, `logits` of three classes. */
export function blobUse(change: Partial<DataUse> = {}): DataUse {
  return {
    dataset: 'data' as SnapshotId,
    name: 'blobs',
    reading: { is: 'npy' },
    inputs: { input: { is: 'numbers', columns: ['x'], shape: [2], mean: [0], deviation: [1] } },
    targets: { logits: { column: 'y', classes: ['a', 'b', 'c'] } },
    split: { train: 0.8, validation: 0.1, test: 0.1, seed: 1, stratified: true },
    augment: [],
    asCopies: false,
    ...change,
  };
}

/** What `blobUse` is prepared to: columns `x` and `y`, as the use's targets and split ask for. */
export function preparedBlobs(use: DataUse): TrainData {
  const [head = 'logits'] = Object.keys(use.targets);
  const target = use.targets[head];
  const { where, shard } = use.split;
  const kept = (part: Examples): Examples => {
    const y = part.columns[1]?.data ?? new Int32Array();
    const rows = Array.from({ length: part.count }, (_, i) => i)
      .filter((i) => where === undefined || where.values.includes('abc'[y[i] ?? 0] ?? ''))
      .filter((_, i) => shard === undefined || i % shard.count === shard.index);
    return picked(part, rows, target?.mapped, target?.classes);
  };
  return {
    inputs: { input: 'x' },
    targets: { [head]: 'y' },
    classes: { [head]: target?.classes ?? [] },
    train: kept(blobs(120, 1)),
    validation: kept(blobs(45, 2)),
    test: kept(blobs(60, 3)),
    augment: use.augment,
    finish: {},
  };
}

function picked(
  { columns: [x, y] }: Examples,
  rows: readonly number[],
  mapped?: Readonly<Record<string, string>>,
  classes: readonly string[] = [],
): Examples {
  const label = (old: number): number =>
    mapped === undefined ? old : classes.indexOf(mapped['abc'[old] ?? ''] ?? '');
  return {
    count: rows.length,
    columns: [
      {
        name: 'x',
        dtype: 'f32',
        shape: [2],
        data: Float32Array.from(
          rows.flatMap((i) => [x?.data[2 * i] ?? 0, x?.data[2 * i + 1] ?? 0]),
        ),
      },
      {
        name: 'y',
        dtype: 'i32',
        shape: [],
        data: Int32Array.from(rows, (i) => label(y?.data[i] ?? 0)),
      },
    ],
  };
}

/** A call of a creation function, with everything that it ordered. */
export interface Call {
  readonly made: readonly MadeModel[];
  readonly orders: ReadonlyMap<string, JobOrder>;
}

/** Calls a function on this process's own compute. */
export async function call(
  fn: CreationFunction,
  parents: readonly ParentModel[],
  given: Arguments = {},
  data: readonly DataUse[] = [],
): Promise<Call> {
  const orders = new Map<string, JobOrder>();
  const context = contextOf(fn, parents, given, data, orders);
  return { made: await fn.make(context), orders };
}

export function contextOf(
  fn: CreationFunction,
  parents: readonly ParentModel[],
  given: Arguments = {},
  data: readonly DataUse[] = [],
  orders = new Map<string, JobOrder>(),
): MakeContext {
  const compute = testCompute();
  const prepare = (use: DataUse) => Promise.resolve(preparedBlobs(use));
  return {
    parents,
    args: checkArguments(fn.id, fn.schema, given),
    data,
    seed: 5,
    prepare,
    prepared: (index) => {
      const use = data[index];
      return use === undefined ? Promise.reject(new Error('no such data')) : prepare(use);
    },
    train: (part, order) => {
      orders.set(part, order);
      const job = { id: part, ...order, device: 'wasm', checkpointSeconds: 1000 } as const;
      const listener = { onEvent: () => undefined, onCheckpoint: () => Promise.resolve() };
      return compute.train(job, listener, never);
    },
    evaluate: (network, heads, part) => compute.evaluate(network, heads, part, 'wasm', never),
    environment: { app: 'test', backend: 'none' },
    run: { signal: never },
  };
}

/** The only model of a call. */
export function only({ made }: Call): MadeModel {
  const [model] = made;
  if (model === undefined || made.length > 1) throw new Error(`${made.length} models`);
  return model;
}

/** Values of a tensor that a model's file gives. */
export function valuesOf(model: MadeModel, name: string): number[] {
  const { file } = model;
  const tensors = file.is === 'network' ? file.network.initializers : file.tensors;
  const found = tensors.get(name);
  if (found === undefined) throw new Error(`no tensor ${name}`);
  return [...numbersOf(found)];
}
