import type { Dtype } from '../../../core/dtype.ts';

/** What the restricted unpickler builds: plain data, names, tensors; nothing that can act. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | PickleBytes
  | PickleSequence
  | PickleDict
  | PickleGlobal
  | PickleObject
  | StorageValue
  | TensorValue;

export interface PickleBytes {
  readonly is: 'bytes';
  /** A view of the pickle; not to be changed. */
  readonly bytes: Uint8Array;
}

export interface PickleSequence {
  readonly is: 'list' | 'tuple' | 'set';
  readonly items: PickleValue[];
}

/** A dictionary in insertion order. Keys are as written: equal keys may occur twice. */
export interface PickleDict {
  readonly is: 'dict';
  readonly entries: [key: PickleValue, value: PickleValue][];
}

/** A name of the list of what checkpoints may name: `torch.FloatStorage`. */
export interface PickleGlobal {
  readonly is: 'global';
  readonly name: string;
}

/** An instance of a class, as the data it was pickled with. No code of the class is known or run. */
export interface PickleObject {
  readonly is: 'object';
  readonly className: string;
  readonly args: readonly PickleValue[];
  readonly items: PickleValue[];
  readonly entries: [key: PickleValue, value: PickleValue][];
  /** What `__setstate__` would get. */
  state?: PickleValue;
}

/** A storage: a run of raw bytes outside the pickle, or a part of one. */
export interface StorageValue {
  readonly is: 'storage';
  /** Name of the run of bytes in the file. */
  readonly key: string;
  /** Element type, `u8` for untyped storages. */
  readonly dtype: Dtype;
  readonly untyped: boolean;
  /** Bytes of the whole run, as the checkpoint states them. */
  readonly wholeBytes: number;
  /** The part that this storage is, in bytes. */
  readonly byteOffset: number;
  readonly sizeBytes: number;
  /** Offset in the file of the opcode that names it, for errors. */
  readonly at: number;
}

/** A tensor as a view of a storage; offset and strides in elements, checked to lie within. */
export interface TensorValue {
  readonly is: 'tensor';
  readonly storage: StorageValue;
  readonly dtype: Dtype;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  /** Tensors that belong to it: a quantised tensor's scales, a sparse tensor's indices. */
  readonly parts: readonly (readonly [string, TensorValue])[];
}

export function isObjectLike(
  value: PickleValue,
): value is Exclude<PickleValue, null | boolean | number | bigint | string> {
  return typeof value === 'object' && value !== null;
}

export function isSequence(value: PickleValue | undefined): value is PickleSequence {
  return value !== undefined && isObjectLike(value) && 'items' in value && value.is !== 'object';
}
