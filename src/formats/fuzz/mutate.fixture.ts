import { concat } from '../snapshot.fixture.ts';
import { utf8Bytes } from '../text.ts';
import type { Random } from './random.fixture.ts';

/** Gives changed bytes; never changes those that it gets. */
export type Mutator = (bytes: Uint8Array, random: Random) => Uint8Array;

const edges = [
  0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff,
];

function at(bytes: Uint8Array, random: Random): number {
  // Headers are at the start and directories at the end: half of all changes go there.
  const end = Math.min(bytes.length, 96);
  if (random.chance(0.25)) return random.below(end);
  if (random.chance(0.3)) return bytes.length - 1 - random.below(end);
  return random.below(bytes.length);
}

function edited(bytes: Uint8Array, edit: (copy: Uint8Array, view: DataView) => void): Uint8Array {
  const copy = new Uint8Array(bytes);
  edit(copy, new DataView(copy.buffer));
  return copy;
}

function splice(bytes: Uint8Array, from: number, removed: number, put: Uint8Array): Uint8Array {
  return concat([bytes.subarray(0, from), put, bytes.subarray(from + removed)]);
}

const flipBit: Mutator = (bytes, random) =>
  edited(bytes, (copy) => {
    const place = at(bytes, random);
    copy[place] = (copy[place] ?? 0) ^ (1 << random.below(8));
  });

const setByte: Mutator = (bytes, random) =>
  edited(bytes, (copy) => {
    copy[at(bytes, random)] = random.chance(0.5) ? random.pick(edges) : random.below(256);
  });

/** A length, an offset or a count becomes an edge value, or moves by a little. */
const setNumber: Mutator = (bytes, random) =>
  edited(bytes, (_, view) => {
    const size = random.pick([2, 4, 8]);
    const place = Math.min(at(bytes, random), bytes.length - size);
    if (place < 0) return;
    const nudge = random.pick([-1, 1, -8, 8, 64]);
    if (size === 2) view.setUint16(place, random.chance(0.5) ? random.pick(edges) : view.getUint16(place, true) + nudge, true); // prettier-ignore
    else if (size === 4) view.setUint32(place, random.chance(0.5) ? random.pick(edges) : view.getUint32(place, true) + nudge, true); // prettier-ignore
    else view.setBigUint64(place, BigInt(random.pick(edges)) << BigInt(random.pick([0, 31, 32, 53])), true); // prettier-ignore
  });

const truncate: Mutator = (bytes, random) => bytes.slice(0, at(bytes, random));

const removeRange: Mutator = (bytes, random) =>
  splice(bytes, at(bytes, random), 1 + random.below(16), new Uint8Array(0));

const duplicateRange: Mutator = (bytes, random) => {
  const from = at(bytes, random);
  return splice(bytes, at(bytes, random), 0, bytes.slice(from, from + 1 + random.below(200)));
};

const moveRange: Mutator = (bytes, random) => {
  const from = at(bytes, random);
  const range = bytes.slice(from, from + 1 + random.below(64));
  return splice(bytes, at(bytes, random), range.length, range);
};

const insertBytes: Mutator = (bytes, random) =>
  splice(bytes, at(bytes, random), 0, Uint8Array.from({ length: 1 + random.below(12) }, () => random.below(256))); // prettier-ignore

/** Protobuf: overlong and huge varints, and tags of other wire types. */
const varints: Mutator = (bytes, random) =>
  splice(bytes, at(bytes, random), random.below(3), Uint8Array.from(random.pick([
    [0xff, 0xff, 0xff, 0xff, 0x0f],
    [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
    [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
    [0x80, 0x80, 0x80, 0x00],
    [0x3a, 0x00], [0x0a, 0x0a, 0x0a], [0x0b], [0x0c], [0x2a, 0xff, 0x7f],
  ]))); // prettier-ignore

/** Pickles: opcodes that build, call, recall and nest. */
const opcodes: Mutator = (bytes, random) => {
  const codes = random.pick([
    '(', ')', ']', '}', 't', 'l', 'd', 'R', 'b', '0', '1', '2', 'a', 'e', 's', 'u', 'Q', '.', 'h\x01',
    'h\x00', 'q\x00', 'j\xff\xff\xff\x7f', 'J\xff\xff\xff\xff', 'J\xff\xff\xff\x7f', 'N', '\x81',
    '\x85', '\x86', '\x87', '\x88', '\x93', '\x94', 'cos\nsystem\n', 'cbuiltins\ngetattr\n',
    '\x8b\xff\xff\xff\x7f', '\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f', 'X\xff\xff\xff\xff',
    '\x8e\xff\xff\xff\xff\xff\xff\xff\x7f', '\x97', '\x82\x01', 'I99999999999999999999\n', 'i\n\n',
    'ctorch._utils\n_rebuild_tensor_v2\n', 'ccollections\nOrderedDict\n)R',
  ]); // prettier-ignore
  const put = Uint8Array.from(random.chance(0.05) ? codes.repeat(300) : codes, (char) => char.charCodeAt(0)); // prettier-ignore
  return splice(bytes, at(bytes, random), random.pick([0, 0, 1, put.length]), put);
};

/** JSON: numbers become huge, negative or broken; keys come twice; values nest. */
const json: Mutator = (bytes, random) => {
  const text = String.fromCharCode(...bytes.subarray(0, 4000));
  const numbers = [...text.matchAll(/[0-9]+/g)];
  const found = numbers[random.below(numbers.length)];
  const put = random.pick([
    '0', '1', '-1', '1e3', '1.5', '9007199254740993', '18446744073709551616', '[[[[', '"x"', 'null',
    '00', '2147483648', '[', ']', ',', '"shape":[1],', '"__proto__":{},', '{"a":'.repeat(40),
  ]); // prettier-ignore
  const range: readonly [number, number] = found === undefined ? [at(bytes, random), 0] : [found.index, found[0].length]; // prettier-ignore
  return splice(bytes, range[0], range[1], utf8Bytes(put));
};

/** Zip: a field of a header, a directory record or an end record. */
const zipField: Mutator = (bytes, random) => {
  const places: number[] = [];
  for (let place = 0; place + 4 <= bytes.length; place++)
    if (bytes[place] === 0x50 && bytes[place + 1] === 0x4b && (bytes[place + 2] ?? 9) < 9)
      places.push(place);
  if (places.length === 0) return setNumber(bytes, random);
  return edited(bytes, (copy, view) => {
    const place = random.pick(places) + 4 + 2 * random.below(22);
    const value = random.pick([...edges, random.below(bytes.length), bytes.length]);
    if (place + 4 > copy.length) return;
    if (random.chance(0.5)) view.setUint16(place, value, true);
    else view.setUint32(place, value, true);
  });
};

const general = [flipBit, setByte, setNumber, truncate, removeRange, duplicateRange, moveRange, insertBytes]; // prettier-ignore

/** Mutators that know a format's parts, besides those for any bytes. */
export const mutators = {
  onnx: [...general, varints, varints, setByte],
  safetensors: [...general, json, json, json],
  zip: [...general, zipField, zipField, opcodes],
  legacy: [...general, opcodes, opcodes],
  pickle: [opcodes, opcodes, flipBit, setByte, removeRange, duplicateRange, moveRange],
} as const satisfies Record<string, readonly Mutator[]>;
