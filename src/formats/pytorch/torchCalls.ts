import { dtypeBits, elementCount, tensorBytes } from '../../core/dtype.ts';
import type { Dtype } from '../../core/dtype.ts';
import { maxExpandedBytes, maxRank } from '../limits.ts';
import { isObjectLike, isSequence } from './pickle/values.ts';
import type { PickleValue, StorageValue, TensorValue } from './pickle/values.ts';
import { torchDtype } from './torchTypes.ts';

type Args = readonly PickleValue[];

/** Why arguments give no tensor. */
export interface WrongArguments {
  readonly is: 'wrong';
  readonly reason: string;
}

type Built = PickleValue | WrongArguments;

/**
 * Calls by which PyTorch pickles tensors, by full name.
 *
 * Source: torch/_utils.py, torch/_tensor.py (`__reduce_ex__`).
 */
export const torchCalls: ReadonlyMap<string, (args: Args) => Built> = new Map<
  string,
  (args: Args) => Built
>([
  ['torch._utils._rebuild_tensor', (args) => tensor(args)],
  ['torch._utils._rebuild_tensor_v2', (args) => tensor(args)],
  ['torch._utils._rebuild_tensor_v3', (args) => tensor(args, args[6])],
  ['torch._utils._rebuild_qtensor', quantised],
  ['torch._utils._rebuild_sparse_tensor', sparse],
  ['torch._utils._rebuild_parameter', ([data]) => data ?? wrong('a parameter has no tensor')],
  [
    'torch._utils._rebuild_parameter_with_state',
    ([data]) => data ?? wrong('a parameter has no tensor'),
  ],
  ['torch.nn.parameter.Parameter', ([data]) => data ?? wrong('a parameter has no tensor')],
  ['torch._tensor._rebuild_from_type_v2', rebuildFromType],
  ['torch._tensor._rebuild_from_type', rebuildFromType],
  ['torch.tensor._rebuild_from_type', rebuildFromType],
]);

export function isWrong(built: Built): built is WrongArguments {
  return built !== null && typeof built === 'object' && built.is === 'wrong';
}

function wrong(reason: string): Built {
  return { is: 'wrong', reason };
}

/** (storage, offset, shape, strides, …), in elements. */
function tensor(args: Args, dtypeArg?: PickleValue, parts: TensorValue['parts'] = []): Built {
  const [storage, offset, sizes, steps] = args;
  if (storage === undefined || !isObjectLike(storage) || storage.is !== 'storage')
    return wrong('a tensor has no storage');
  const shape = extents(sizes);
  const strides = extents(steps);
  if (!isExtent(offset) || shape === undefined || strides === undefined)
    return wrong('the offset, shape or strides of a tensor are not whole numbers from 0 to 2^53');
  if (shape.length !== strides.length || shape.length > maxRank)
    return wrong(`a tensor has ${shape.length} dimensions and ${strides.length} strides`);
  const dtype = chosenDtype(storage, dtypeArg);
  if (dtype === undefined) return wrong('the dtype of a tensor is none that can be read');
  const reason = outside(storage, dtype, offset, shape, strides);
  return reason === undefined
    ? { is: 'tensor', storage, dtype, offset, shape, strides, parts }
    : wrong(reason);
}

/** Why a tensor cannot be a view of its storage. */
function outside(
  storage: StorageValue,
  dtype: Dtype,
  offset: number,
  shape: readonly number[],
  strides: readonly number[],
): string | undefined {
  const which = `a tensor of shape [${shape.join(', ')}]`;
  const reach = lastElement(offset, shape, strides);
  const held = (storage.sizeBytes * 8) / dtypeBits[dtype];
  if (!(reach < held))
    return `${which} reaches element ${reach} of a storage of ${Math.floor(held)}`;
  return tensorBytes(dtype, shape) > Math.max(storage.sizeBytes, maxExpandedBytes)
    ? `${which} is far larger than its storage`
    : undefined;
}

function chosenDtype(storage: StorageValue, arg: PickleValue | undefined): Dtype | undefined {
  if (arg === undefined) return storage.untyped ? undefined : storage.dtype;
  return isObjectLike(arg) && arg.is === 'global' ? torchDtype(arg.name) : undefined;
}

/** The highest element that is touched; -1 for an empty tensor; Infinity when it overflows. */
function lastElement(offset: number, shape: readonly number[], strides: readonly number[]): number {
  if (shape.includes(0)) return -1;
  if (!Number.isSafeInteger(elementCount(shape))) return Infinity;
  const reach = shape.reduce(
    (sum, extent, axis) => sum + (extent - 1) * (strides[axis] ?? 0),
    offset,
  );
  return Number.isSafeInteger(reach) ? reach : Infinity;
}

function extents(value: PickleValue | undefined): number[] | undefined {
  if (!isSequence(value) || value.items.length > maxRank) return undefined;
  return value.items.every(isExtent) ? [...value.items] : undefined;
}

function isExtent(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** (storage, offset, shape, strides, (scheme, scale, zero point[, axis]), …) */
function quantised(args: Args): Built {
  const scheme = args[4];
  const parts: [string, TensorValue][] = [];
  if (isSequence(scheme))
    for (const [index, name] of [
      [1, 'scales'],
      [2, 'zero_points'],
    ] as const) {
      const part = scheme.items[index];
      if (part !== undefined && isTensor(part)) parts.push([name, part]);
    }
  return tensor(args, undefined, parts);
}

/** (layout, (indices, values, shape, …)): kept as a container of its dense parts. */
function sparse([, data]: Args): Built {
  if (!isSequence(data)) return wrong('a sparse tensor has no parts');
  return { is: 'tuple', items: [...data.items] };
}

/** (function, type, arguments, state): a tensor of a subclass, or with attributes. */
function rebuildFromType([callee, , args]: Args): Built {
  if (callee === undefined || !isObjectLike(callee) || callee.is !== 'global' || !isSequence(args))
    return wrong('a tensor is made by what is no function');
  const call = torchCalls.get(callee.name);
  // Itself again would be the one way to recurse here.
  if (call === undefined || call === rebuildFromType)
    return wrong(`a tensor is made by ${callee.name}`);
  return call(args.items);
}

function isTensor(value: PickleValue): value is TensorValue {
  return isObjectLike(value) && value.is === 'tensor';
}
