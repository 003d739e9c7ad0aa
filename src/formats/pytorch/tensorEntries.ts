import { dtypeBits, tensorBytes } from '../../core/dtype.ts';
import type { TensorEntry } from '../../core/snapshot.ts';
import { isRowMajor } from '../strides.ts';
import { tensorRole } from '../tensorRole.ts';
import type { FoundTensor } from './collectTensors.ts';
import type { TensorValue } from './pickle/values.ts';

/** The snapshot's tensors for those found in a checkpoint; a name that comes again gets `#2`, `#3`. */
export function tensorEntries(
  found: readonly FoundTensor[],
  payloadOf: (tensor: TensorValue) => number,
): TensorEntry[] {
  const used = new Map<string, number>();
  return found.map(({ path, tensor }) => {
    const { dtype, shape } = tensor;
    const view = viewOf(tensor);
    return {
      name: unique(path.join('.') || 'tensor', used),
      dtype,
      shape,
      payload: payloadOf(tensor),
      ...(view === undefined ? {} : { view }),
      role: tensorRole(path, dtype),
    };
  });
}

function unique(name: string, used: Map<string, number>): string {
  let candidate = name;
  let count = used.get(name) ?? 0;
  if (count > 0)
    do candidate = `${name}#${++count}`;
    while (used.has(candidate));
  used.set(name, Math.max(count, 1));
  if (candidate !== name) used.set(candidate, 1);
  return candidate;
}

/** Absent when the tensor is its whole storage, row-major. */
function viewOf(tensor: TensorValue): TensorEntry['view'] {
  const { storage, dtype, offset, shape, strides } = tensor;
  const byteOffset = storage.byteOffset + (offset * dtypeBits[dtype]) / 8;
  const whole = byteOffset === 0 && tensorBytes(dtype, shape) === storage.wholeBytes;
  return whole && isRowMajor(shape, strides) ? undefined : { byteOffset, strides };
}
