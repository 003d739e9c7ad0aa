import { concat } from '../snapshot.fixture.ts';
import { utf8Bytes } from '../text.ts';
import { zipOf } from '../zip/zip.fixture.ts';
import type { ZipInput, ZipOptions } from '../zip/zip.fixture.ts';
import { pickleOf } from './pickle/pickle.fixture.ts';
import type { Pickled } from './pickle/pickle.fixture.ts';

/** A tensor as the test writer pickles it: a view of a storage of float32. */
export interface TestTensor {
  readonly key: string;
  /** Elements of the storage. */
  readonly elements: number;
  readonly shape: readonly number[];
  readonly offset?: number;
  readonly strides?: readonly number[];
  /** Class of the storage. */
  readonly storage?: string;
}

/** Row-major strides. */
export function rowMajor(shape: readonly number[]): number[] {
  return shape.map((_, axis) => shape.slice(axis + 1).reduce((product, n) => product * n, 1));
}

/** The call by which PyTorch pickles a tensor. */
export function pickledTensor(tensor: TestTensor, legacy = false): Pickled {
  const { key, elements, shape, offset = 0, strides = rowMajor(shape) } = tensor;
  const type: Pickled = { global: `torch.${tensor.storage ?? 'FloatStorage'}` };
  const id: Pickled[] = ['storage', type, key, 'cpu', elements];
  return {
    call: 'torch._utils._rebuild_tensor_v2',
    args: [
      { persistent: { tuple: legacy ? [...id, null] : id } },
      offset,
      { tuple: [...shape] },
      { tuple: [...strides] },
      false,
      { call: 'collections.OrderedDict', args: [] },
    ],
  };
}

/** A zip checkpoint as `torch.save` lays it out. */
export function zipCheckpoint(
  value: Pickled,
  storages: readonly (readonly [key: string, bytes: Uint8Array])[],
  options: ZipOptions & { readonly deflate?: number; readonly root?: string } = {},
): Uint8Array<ArrayBuffer> {
  const root = options.root ?? 'archive';
  const entries: ZipInput[] = [
    { name: `${root}/data.pkl`, bytes: pickleOf(value) },
    { name: `${root}/byteorder`, bytes: utf8Bytes('little') },
    ...storages.map(([key, bytes]) => ({
      name: `${root}/data/${key}`,
      bytes,
      ...(options.deflate === undefined ? {} : { deflate: options.deflate }),
    })),
    { name: `${root}/version`, bytes: utf8Bytes('3\n') },
  ];
  return zipOf(entries, { descriptors: true, align: 64, zip64: true, ...options });
}

/** A checkpoint in PyTorch's older form. */
export function legacyCheckpoint(
  value: Pickled,
  storages: readonly (readonly [key: string, bytes: Uint8Array, elementBytes: number])[],
  littleEndian = true,
): Uint8Array<ArrayBuffer> {
  const magic = [0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
  const sizes: Pickled = new Map<Pickled, Pickled>([['short', 2], ['int', 4], ['long', 4]]); // prettier-ignore
  const system: Pickled = new Map<Pickled, Pickled>([
    ['protocol_version', 1001],
    ['little_endian', littleEndian],
    ['type_sizes', sizes],
  ]);
  const parts = [
    pickleOf({ raw: magic }),
    pickleOf(1001),
    pickleOf(system),
    pickleOf(value),
    pickleOf(storages.map(([key]) => key)),
  ];
  for (const [, bytes, elementBytes] of storages) {
    const count = new Uint8Array(8);
    new DataView(count.buffer).setBigInt64(0, BigInt(bytes.length / elementBytes), true);
    parts.push(count, new Uint8Array(bytes));
  }
  return concat(parts);
}
