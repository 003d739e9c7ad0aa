import { dtypeBits } from '../../core/dtype.ts';
import { LineageError } from '../../core/lineageError.ts';
import { formatFailures } from '../failures.ts';
import type { FormatFailures } from '../failures.ts';
import { quoted } from '../text.ts';
import { nameKind } from './allowedNames.ts';
import type { PickleWorld } from './pickle/machine.ts';
import { isObjectLike, isSequence } from './pickle/values.ts';
import type { PickleSequence, PickleValue, StorageValue } from './pickle/values.ts';
import { plainCalls } from './plainCalls.ts';
import { isWrong, torchCalls } from './torchCalls.ts';
import { storageClass } from './torchTypes.ts';

/** What a checkpoint may name and call, and the storages it named. */
export interface TorchWorld extends PickleWorld {
  /** By key, in the order of their first mention. Sizes as first stated. */
  readonly storages: ReadonlyMap<string, StorageValue>;
}

/**
 * The world of PyTorch's pickles: tensors, storages and plain data; everything else is refused.
 *
 * Source: torch/serialization.py (`persistent_load`), torch/_weights_only_unpickler.py for the idea of
 * a list of names.
 *
 * @param prefix - put before storage keys, so that several pickles of a file can be told apart.
 */
export function torchWorld(file: string, prefix = ''): TorchWorld {
  const fail = formatFailures(file, 'PyTorch checkpoint');
  const storages = new Map<string, StorageValue>();
  const refuse = (at: number, what: string): Error =>
    new LineageError('pickle-refused', { file, at, what });

  return {
    storages,
    global(module, name, at) {
      const full = `${module}.${name}`;
      if (nameKind(full) === undefined && !plainCalls.has(full) && !torchCalls.has(full))
        throw refuse(at, `the name ${quoted(full)}`);
      return { is: 'global', name: full };
    },
    call(callee, args, at) {
      if (!isObjectLike(callee) || callee.is !== 'global')
        throw fail.invalid(at, 'the pickle is damaged: it calls what is no function');
      const { name } = callee;
      const built = torchCalls.get(name)?.(args);
      if (built !== undefined && !isWrong(built)) return built;
      if (built !== undefined) throw fail.invalid(at, `the pickle is damaged: ${built.reason}`);
      const plain = plainCalls.get(name);
      if (plain !== undefined) {
        const value = plain(args);
        if (value !== undefined) return value;
        throw fail.invalid(at, `the pickle is damaged: ${quoted(name)} gets wrong arguments`);
      }
      if (nameKind(name) !== 'data') throw refuse(at, `a call of ${quoted(name)}`);
      return { is: 'object', className: name, args, items: [], entries: [] };
    },
    persistent(id, at) {
      if (!isSequence(id) || id.items[0] !== 'storage')
        throw refuse(at, 'a persistent id other than that of a storage');
      const storage = storageOf(id, prefix, at, fail);
      const known = storages.get(storage.key);
      if (known !== undefined && known.wholeBytes !== storage.wholeBytes)
        throw fail.invalid(at, `storage ${quoted(storage.key)} is given two sizes`);
      if (known === undefined) storages.set(storage.key, storage);
      return storage;
    },
  };
}

/** ('storage', class, key, location, elements[, (view key, offset, elements)]) */
function storageOf(
  { items }: PickleSequence,
  prefix: string,
  at: number,
  fail: FormatFailures,
): StorageValue {
  const [, type, key, , elements, view] = items;
  const named = type !== undefined && isObjectLike(type) && type.is === 'global' ? type.name : '?';
  const held = storageClass(named);
  if (held === undefined) throw fail.unsupported(at, `the storage class ${quoted(named)}`);
  const name = typeof key === 'string' || typeof key === 'number' ? String(key) : undefined;
  const bytes = sizeOf(elements, dtypeBits[held.dtype] / 8);
  if (name === undefined || bytes === undefined)
    throw fail.invalid(at, 'the pickle is damaged: a storage has no valid key or size');
  const part = partOf(view, bytes, dtypeBits[held.dtype] / 8);
  if (part === undefined)
    throw fail.invalid(at, `the pickle is damaged: a view leaves storage ${quoted(name)}`);
  return { is: 'storage', key: prefix + name, ...held, wholeBytes: bytes, ...part, at };
}

function partOf(
  view: PickleValue | undefined,
  wholeBytes: number,
  elementBytes: number,
): { byteOffset: number; sizeBytes: number } | undefined {
  if (view === undefined || view === null) return { byteOffset: 0, sizeBytes: wholeBytes };
  if (!isSequence(view)) return undefined;
  const byteOffset = sizeOf(view.items[1], elementBytes);
  const sizeBytes = sizeOf(view.items[2], elementBytes);
  if (byteOffset === undefined || sizeBytes === undefined) return undefined;
  return byteOffset + sizeBytes <= wholeBytes ? { byteOffset, sizeBytes } : undefined;
}

function sizeOf(elements: PickleValue | undefined, elementBytes: number): number | undefined {
  if (typeof elements !== 'number' || elements < 0) return undefined;
  const bytes = elements * elementBytes;
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
