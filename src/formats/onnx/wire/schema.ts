import type { RepeatedNumbers } from './repeatedNumbers.ts';

/** A run of bytes in the file that was skipped, not read. */
export interface Span {
  readonly offset: number;
  readonly sizeBytes: number;
}

/** How a list of numbers stands in the wire format. */
export type NumberKind = 'varint' | 'float' | 'double';

/**
 * What to do with one field of a message of type `T`. Unknown fields are skipped: they stay in the
 * skeleton's literal bytes.
 *
 * Methods, not function properties, so that a rule for `T` fits where any rule is kept.
 */
export type FieldRule<T> =
  | {
      readonly is: 'message';
      readonly schema: () => Schema<unknown>;
      add(to: T, child: unknown): void;
    }
  /** Text; longer than `most` bytes it is skipped, and without `most` refused over the limit. */
  | {
      readonly is: 'text';
      readonly most: number | undefined;
      set(to: T, value: string): void;
      /** Told of a text that is skipped. */
      skipped?(to: T): void;
    }
  /** An integer; beyond 2^53 it is rounded. */
  | { readonly is: 'integer'; set(to: T, value: number): void }
  /** An integer field that may be repeated, packed or not. */
  | { readonly is: 'integers'; set(to: T, value: number): void }
  | { readonly is: 'number'; set(to: T, value: number): void }
  /** Bytes of any length, left where they are. */
  | { readonly is: 'bytes'; set(to: T, value: Span): void }
  /** Numbers of any count, left where they are; scanned if they are varints. */
  | { readonly is: 'numbers'; readonly kind: NumberKind; of(to: T): RepeatedNumbers };

/** How to read a message into a `T`. */
export interface Schema<T> {
  /** Name in onnx.proto. */
  readonly name: string;
  /** The most messages of this kind in a file; `limits.entries` without it. */
  readonly limit?: number;
  /** @param at - offset of the message's first byte. */
  create(at: number): T;
  readonly fields: ReadonlyMap<number, FieldRule<T>>;
}

/** A rule for an embedded message, with its types checked here. */
export function message<T, Child>(
  schema: () => Schema<Child>,
  add: (to: T, child: Child) => void,
): FieldRule<T> {
  return { is: 'message', schema, add };
}

export function text<T>(
  set: (to: T, value: string) => void,
  most?: number,
  skipped?: (to: T) => void,
): FieldRule<T> {
  return { is: 'text', set, most, ...(skipped && { skipped }) };
}

export function integer<T>(set: (to: T, value: number) => void): FieldRule<T> {
  return { is: 'integer', set };
}

export function integers<T>(set: (to: T, value: number) => void): FieldRule<T> {
  return { is: 'integers', set };
}

export function number<T>(set: (to: T, value: number) => void): FieldRule<T> {
  return { is: 'number', set };
}

export function bytes<T>(set: (to: T, value: Span) => void): FieldRule<T> {
  return { is: 'bytes', set };
}

export function numbers<T>(kind: NumberKind, of: (to: T) => RepeatedNumbers): FieldRule<T> {
  return { is: 'numbers', kind, of };
}
