import { legacyCheckpoint, pickledTensor, zipCheckpoint } from '../pytorch/checkpoint.fixture.ts';
import {
  attribute,
  bytesField as field,
  floats as floatTensor,
  graph,
  model,
  node,
  tensor as onnxTensor,
} from '../onnx/protoWriter.fixture.ts';
import { pickleOf } from '../pytorch/pickle/pickle.fixture.ts';
import type { Pickled } from '../pytorch/pickle/pickle.fixture.ts';
import { safetensorsFile } from '../safetensors/safetensors.fixture.ts';
import { hasSharedData, sharedPaths, sharedSource } from '../sharedData.fixture.ts';
import { utf8Bytes } from '../text.ts';
import { zipOf } from '../zip/zip.fixture.ts';
import type { mutators } from './mutate.fixture.ts';

/** A valid file from which broken ones are made. */
export interface Seed {
  readonly name: string;
  readonly format: 'onnx' | 'safetensors' | 'pytorch';
  readonly mutators: keyof typeof mutators;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Wraps the bytes after they were changed: a pickle in an archive. */
  readonly wrap?: (bytes: Uint8Array) => Uint8Array<ArrayBuffer>;
}

const floats = (count: number): Uint8Array =>
  new Uint8Array(Float32Array.from({ length: count }, (_, index) => Math.sin(index)).buffer);

function stateDict(legacy: boolean): Pickled {
  const tensor = (key: string, elements: number, shape: number[], offset = 0): Pickled =>
    pickledTensor({ key, elements, shape, offset }, legacy);
  return {
    call: 'collections.OrderedDict',
    args: [
      [
        { tuple: ['conv.weight', tensor('0', 24, [2, 1, 3, 3])] },
        { tuple: ['conv.bias', tensor('0', 24, [2], 20)] },
        { tuple: ['fc.weight', pickledTensor({ key: '1', elements: 6, shape: [3, 2], strides: [1, 3] }, legacy)] }, // prettier-ignore
        { tuple: ['epoch', 12] },
      ],
    ],
    state: new Map<Pickled, Pickled>([['_metadata', 1]]),
  };
}

const script: Pickled = {
  make: '__torch__.models.Net',
  args: [],
  state: new Map<Pickled, Pickled>([
    ['training', false],
    ['weight', pickledTensor({ key: '0', elements: 24, shape: [24] })],
    ['inner', { make: '__torch__.torch.nn.Linear', args: [], state: new Map([['bias', null]]) }],
  ]),
};

const storages = [['0', floats(24)], ['1', floats(6)]] as const; // prettier-ignore

/** An ONNX model with raw and packed values, a Constant, and an If whose branches own tensors. */
function onnxModel(): Uint8Array<ArrayBuffer> {
  const ints = onnxTensor({ name: 'shape', type: 7, dims: [2], values: field(7, [1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]) });
  const branch = (name: string) =>
    graph({ nodes: [node({ op: 'Add', inputs: ['h', name], outputs: ['o'] })], initializers: [floatTensor(name, [3])], outputs: ['o'] });
  return new Uint8Array(model(graph({
    nodes: [
      node({ op: 'Conv', inputs: ['x', 'w', 'b'], outputs: ['c'], attributes: [attribute.ints('strides', [1, 1])] }),
      node({ op: 'Reshape', inputs: ['c', 'shape'], outputs: ['r'] }),
      node({ op: 'Constant', outputs: ['k'], attributes: [attribute.tensor('value', floatTensor('k', [4, 3]))] }),
      node({ op: 'MatMul', inputs: ['r', 'k'], outputs: ['h'] }),
      node({ op: 'If', inputs: ['x'], outputs: ['y'], attributes: [attribute.graph('then_branch', branch('t')), attribute.graph('else_branch', branch('e'))] }),
    ],
    initializers: [floatTensor('w', [2, 1, 3, 3]), floatTensor('b', [2]), ints],
    inputs: ['x'],
    outputs: ['y'],
  })));
} // prettier-ignore

/** Seeds that need no files. */
export function madeSeeds(): Seed[] {
  const header = JSON.stringify({
    __metadata__: { format: 'pt' },
    a: { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] },
    'b.c': { dtype: 'F16', shape: [4], data_offsets: [24, 32] },
    d: { dtype: 'I64', shape: [], data_offsets: [32, 40] },
  });
  const safetensors = safetensorsFile(header, new Uint8Array(40));
  const zip = (name: string, bytes: Uint8Array<ArrayBuffer>): Seed => ({
    name: `${name}.pt`, format: 'pytorch', mutators: 'zip', bytes,
  }); // prettier-ignore
  return [
    { name: 'made.onnx', format: 'onnx', mutators: 'onnx', bytes: onnxModel() },
    { name: 'small.safetensors', format: 'safetensors', mutators: 'safetensors', bytes: safetensors },
    {
      name: 'header.safetensors', format: 'safetensors', mutators: 'safetensors',
      bytes: utf8Bytes(header), wrap: (bytes) => safetensorsFile(String.fromCharCode(...bytes), new Uint8Array(40)),
    },
    zip('stored', zipCheckpoint(stateDict(false), storages)),
    zip('plain', zipCheckpoint(stateDict(false), storages, { descriptors: false, align: 1, zip64: false })), // prettier-ignore
    zip('deflated', zipCheckpoint(stateDict(false), storages, { deflate: 6 })),
    zip('script', zipCheckpoint(script, storages.slice(0, 1))),
    {
      name: 'pickle.pt', format: 'pytorch', mutators: 'pickle', bytes: pickleOf(stateDict(false)),
      wrap: (bytes) => zipOf([
        { name: 'a/data.pkl', bytes }, { name: 'a/data/0', bytes: floats(24) }, { name: 'a/data/1', bytes: floats(6) },
      ]),
    },
    {
      name: 'legacy.pth', format: 'pytorch', mutators: 'legacy',
      bytes: legacyCheckpoint(stateDict(true), storages.map(([key, bytes]) => [key, bytes, 4] as const)),
    },
  ]; // prettier-ignore
}

/** The smallest real files of each format, where they are at hand. */
export function realSeeds(): Seed[] {
  if (!hasSharedData) return [];
  const small = (pattern: RegExp, limit: number): string[] =>
    sharedPaths(pattern).filter((name) => sharedSource(name).sizeBytes < limit);
  const read = (name: string): Uint8Array<ArrayBuffer> => sharedSource(name).bytes;
  return [
    ...small(/\.onnx$/, 6000).map((name): Seed => ({ name, format: 'onnx', mutators: 'onnx', bytes: read(name) })), // prettier-ignore
    ...small(/\.pt$/, 4600).map((name): Seed => ({ name, format: 'pytorch', mutators: 'zip', bytes: read(name) })), // prettier-ignore
  ];
}
