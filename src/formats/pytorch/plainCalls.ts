import { utf8Bytes } from '../text.ts';
import { isObjectLike, isSequence } from './pickle/values.ts';
import type { PickleSequence, PickleValue } from './pickle/values.ts';

/** Gives the value of a call; undefined when the arguments are not what such a call has. */
export type Call = (args: readonly PickleValue[]) => PickleValue | undefined;

/** Calls that give plain data, by full name. Python 2 spells `builtins` as `__builtin__`. */
export const plainCalls: ReadonlyMap<string, Call> = new Map<string, Call>([
  ['collections.OrderedDict', ([from]) => dict(from)],
  ['collections.Counter', ([from]) => dict(from)],
  ['collections.defaultdict', ([, from]) => dict(from)],
  ['collections.deque', ([from]) => sequence('list', from)],
  ...both('dict', ([from]) => dict(from)),
  ...both('list', ([from]) => sequence('list', from)),
  ...both('tuple', ([from]) => sequence('tuple', from)),
  ...both('set', ([from]) => sequence('set', from)),
  ...both('frozenset', ([from]) => sequence('set', from)),
  ...both('bytes', ([from]) => bytes(from)),
  ...both('bytearray', ([from]) => bytes(from)),
  ['_codecs.encode', ([text]) => (typeof text === 'string' ? latin1Bytes(text) : undefined)],
  ['torch.Size', ([from]) => sequence('tuple', from)],
  ['torch.jit._pickle.build_intlist', ([from]) => sequence('list', from)],
  ['torch.jit._pickle.build_doublelist', ([from]) => sequence('list', from)],
  ['torch.jit._pickle.build_boollist', ([from]) => sequence('list', from)],
  ['torch.jit._pickle.build_tensorlist', ([from]) => sequence('list', from)],
  ['torch.jit._pickle.restore_type_tag', ([value]) => value],
  ['copy_reg._reconstructor', reconstructed],
  ['copyreg._reconstructor', reconstructed],
  ['numpy.core.multiarray.scalar', numpyScalar],
  ['numpy._core.multiarray.scalar', numpyScalar],
]);

function both(name: string, call: Call): [string, Call][] {
  return [
    [`builtins.${name}`, call],
    [`__builtin__.${name}`, call],
  ];
}

function dict(from: PickleValue | undefined): PickleValue | undefined {
  if (from === undefined) return { is: 'dict', entries: [] };
  if (isObjectLike(from) && from.is === 'dict') return { is: 'dict', entries: [...from.entries] };
  if (!isSequence(from)) return undefined;
  const entries: [PickleValue, PickleValue][] = [];
  for (const pair of from.items) {
    if (!isSequence(pair) || pair.items.length !== 2) return undefined;
    entries.push([pair.items[0] ?? null, pair.items[1] ?? null]);
  }
  return { is: 'dict', entries };
}

function sequence(
  is: PickleSequence['is'],
  from: PickleValue | undefined,
): PickleSequence | undefined {
  if (from === undefined) return { is, items: [] };
  return isSequence(from) ? { is, items: [...from.items] } : undefined;
}

function bytes(from: PickleValue | undefined): PickleValue | undefined {
  if (from === undefined) return { is: 'bytes', bytes: new Uint8Array(0) };
  if (typeof from === 'string') return latin1Bytes(from);
  if (isObjectLike(from) && from.is === 'bytes') return from;
  if (!isSequence(from)) return undefined;
  return { is: 'bytes', bytes: Uint8Array.from(from.items, Number) };
}

/** `_codecs.encode(text, 'latin1')`, which is how protocol 2 writes bytes. */
function latin1Bytes(text: string): PickleValue {
  for (const char of text) if (char > 'ÿ') return { is: 'bytes', bytes: utf8Bytes(text) };
  return { is: 'bytes', bytes: Uint8Array.from(text, (char) => char.charCodeAt(0)) };
}

/** `copyreg._reconstructor(class, base, state)`: an instance without its own constructor. */
function reconstructed(args: readonly PickleValue[]): PickleValue | undefined {
  const [made] = args;
  if (made === undefined || made === null || !isObjectLike(made) || made.is !== 'global')
    return undefined;
  return { is: 'object', className: made.name, args: [], items: [], entries: [] };
}

type ScalarReader = (view: DataView) => number | bigint;

/** Readers of NumPy's scalars by type; all are little-endian. */
const scalarReaders: ReadonlyMap<string, ScalarReader> = new Map<string, ScalarReader>([
  ['f8', (view: DataView) => view.getFloat64(0, true)],
  ['f4', (view: DataView) => view.getFloat32(0, true)],
  ['i4', (view: DataView) => view.getInt32(0, true)],
  ['i8', (view: DataView) => view.getBigInt64(0, true)],
]);

/** A NumPy scalar as the number it is, where JavaScript has it; else as data. */
function numpyScalar(args: readonly PickleValue[]): PickleValue | undefined {
  const [dtype, raw] = args;
  if (dtype === undefined || !isObjectLike(dtype) || dtype.is !== 'object') return undefined;
  const kind = typeof dtype.args[0] === 'string' ? dtype.args[0] : '';
  const reader = scalarReaders.get(kind);
  if (reader !== undefined && raw !== undefined && isObjectLike(raw) && raw.is === 'bytes') {
    const { buffer, byteOffset, byteLength } = raw.bytes;
    if (byteLength === Number(kind.at(1))) return reader(new DataView(buffer, byteOffset));
  }
  return { is: 'object', className: 'numpy.scalar', args, items: [], entries: [] };
}
