import type { ByteSource } from '../../../core/ports/modelFormats.ts';
import type { Run } from '../../../core/ports/run.ts';
import { limits } from '../limits.ts';
import type { Failure } from './failure.ts';
import { noteVarint } from './repeatedNumbers.ts';
import type { RepeatedNumbers } from './repeatedNumbers.ts';
import type { FieldRule, NumberKind, Schema, Span } from './schema.ts';
import { utf8 } from './utf8.ts';
import type { WireCursor } from './wireCursor.ts';
import { scanVarints, wireCursor } from './wireCursor.ts';

interface Frame {
  readonly schema: Schema<unknown>;
  readonly target: unknown;
  readonly end: number;
}

interface Reading {
  readonly cursor: WireCursor;
  readonly failure: Failure;
  readonly frames: Frame[];
  /** Messages read so far, by schema. */
  readonly counts: Map<Schema<unknown>, number>;
  textBytes: number;
  /** Texts and integers read so far. */
  entries: number;
}

/**
 * Reads one protobuf message by a schema, skipping over long fields without reading their bytes.
 *
 * Iterative: nesting costs entries of a list, and ends at `limits.messageDepth`. Each length is
 * checked against the enclosing message before it is used.
 *
 * Source: protobuf encoding, protobuf.dev/programming-guides/encoding.
 *
 * @throws LineageError `format-invalid`, `format-unsupported`, `file-unreadable`.
 */
export async function readMessage<T>(
  source: ByteSource,
  range: Span,
  schema: Schema<T>,
  failure: Failure,
  run: Run,
): Promise<T> {
  const cursor = wireCursor(source, range.offset, failure, run);
  const root = schema.create(range.offset);
  const end = range.offset + range.sizeBytes;
  const frames: Frame[] = [{ schema, target: root, end }];
  const reading: Reading = { cursor, failure, frames, counts: new Map(), textBytes: 0, entries: 0 };
  for (;;) {
    const frame = frames.at(-1);
    if (frame === undefined) return root;
    if (cursor.at() === frame.end) frames.pop();
    else {
      if (!cursor.holds(Math.min(maxHeaderBytes, frame.end - cursor.at())))
        await cursor.load(maxHeaderBytes);
      const pending = readField(reading, frame);
      // Awaiting only what is asynchronous: a million small fields are a million skipped turns.
      if (pending !== undefined) await pending;
    }
  }
}

/** A key and a length, or a key and a number: two varints of ten bytes at most. */
const maxHeaderBytes = 20;

function readField(reading: Reading, frame: Frame): Promise<void> | undefined {
  const { cursor, failure } = reading;
  const keyAt = cursor.at();
  const key = cursor.varint(frame.end);
  const field = Math.floor(key / 8);
  const rule = frame.schema.fields.get(field);
  if (field === 0 || field > 0x1fffffff)
    throw failure.invalid(keyAt, `${frame.schema.name} has a field of number ${field}`);
  switch (key % 8) {
    case 0:
      cursor.varint(frame.end);
      varintField(reading, frame, rule, keyAt);
      return undefined;
    case 1:
      fixedField(reading, frame, rule, keyAt, 8);
      return undefined;
    case 2:
      return lengthField(reading, frame, rule, keyAt);
    case 5:
      fixedField(reading, frame, rule, keyAt, 4);
      return undefined;
    default:
      throw failure.invalid(
        keyAt,
        `${frame.schema.name} has a field of wire type ${key % 8}, which ONNX does not use`,
      );
  }
}

type Rule = FieldRule<unknown> | undefined;

function varintField(reading: Reading, frame: Frame, rule: Rule, keyAt: number): void {
  const { cursor, failure } = reading;
  if (rule === undefined) return;
  if (rule.is === 'integers') countEntry(reading, keyAt);
  if (rule.is === 'integer' || rule.is === 'integers') rule.set(frame.target, cursor.signedValue());
  else if (rule.is === 'numbers' && rule.kind === 'varint') {
    const seen = rule.of(frame.target);
    const { low, high, lastByte, sizeBytes } = cursor.last;
    noteOccurrence(seen, keyAt, cursor.at(), cursor.at() - sizeBytes);
    noteVarint(seen, low, high, lastByte, sizeBytes);
    if (seen.first.length < limits.listElements) seen.first.push(cursor.signedValue());
  } else throw wrongType(failure, frame, keyAt);
}

function fixedField(
  { cursor, failure }: Reading,
  frame: Frame,
  rule: Rule,
  keyAt: number,
  sizeBytes: 4 | 8,
): void {
  const at = cursor.at();
  if (frame.end - at < sizeBytes) throw failure.invalid(at, `${frame.schema.name} is cut off`);
  if (rule?.is === 'number' && sizeBytes === 4) rule.set(frame.target, cursor.float32());
  else if (rule?.is === 'numbers' && fixedBytes[rule.kind] === sizeBytes) {
    const seen = rule.of(frame.target);
    if (sizeBytes === 4 && seen.first.length < limits.listElements)
      seen.first.push(cursor.float32());
    noteOccurrence(seen, keyAt, at + sizeBytes, at);
    seen.elements++;
  } else if (rule !== undefined) throw wrongType(failure, frame, keyAt);
  cursor.skipTo(at + sizeBytes);
}

function lengthField(
  reading: Reading,
  frame: Frame,
  rule: Rule,
  keyAt: number,
): Promise<void> | undefined {
  const { cursor, failure } = reading;
  const sizeBytes = cursor.varint(frame.end);
  const offset = cursor.at();
  if (sizeBytes > frame.end - offset)
    throw failure.invalid(
      keyAt,
      `a field of ${frame.schema.name} says it has ${sizeBytes} bytes, and ${frame.end - offset} are left`,
    );
  const end = offset + sizeBytes;
  switch (rule?.is) {
    case 'message':
      openMessage(reading, frame, rule, end);
      return undefined;
    case 'text':
      return textField(reading, frame, rule, sizeBytes, keyAt);
    case 'integers':
      return packedIntegers(reading, frame, rule, end, keyAt);
    case 'numbers':
      return packedNumbers(reading, rule.of(frame.target), rule.kind, end, keyAt);
    case 'bytes':
      rule.set(frame.target, { offset, sizeBytes });
      break;
    case 'integer':
    case 'number':
      throw wrongType(failure, frame, keyAt);
    case undefined:
  }
  cursor.skipTo(end);
  return undefined;
}

function openMessage(
  { cursor, failure, frames, counts }: Reading,
  frame: Frame,
  rule: Extract<FieldRule<unknown>, { is: 'message' }>,
  end: number,
): void {
  const schema = rule.schema();
  const count = (counts.get(schema) ?? 0) + 1;
  counts.set(schema, count);
  const limit = schema.limit ?? limits.entries;
  if (count > limit)
    throw failure.unsupported(cursor.at(), `it has more than ${limit} of ${schema.name}`);
  if (frames.length >= limits.messageDepth)
    throw failure.unsupported(
      cursor.at(),
      `its messages are nested more than ${limits.messageDepth} deep`,
    );
  const target = schema.create(cursor.at());
  rule.add(frame.target, target);
  frames.push({ schema, target, end });
}

function textField(
  reading: Reading,
  { target }: Frame,
  rule: Extract<FieldRule<unknown>, { is: 'text' }>,
  sizeBytes: number,
  keyAt: number,
): Promise<void> | undefined {
  if (sizeBytes > (rule.most ?? Infinity)) rule.skipped?.(target);
  return withText(reading, sizeBytes, keyAt, rule.most, (bytes) => {
    rule.set(target, utf8(bytes));
  });
}

/** Gives `take` the next bytes, at once when the window holds them; skips more than `most`. */
function withText(
  reading: Reading,
  sizeBytes: number,
  keyAt: number,
  most: number | undefined,
  take: (bytes: Uint8Array) => void,
): Promise<void> | undefined {
  const { cursor, failure } = reading;
  if (most !== undefined && sizeBytes > most) {
    cursor.skipTo(cursor.at() + sizeBytes);
    return undefined;
  }
  reading.textBytes += sizeBytes;
  countEntry(reading, keyAt);
  if (sizeBytes > limits.nameBytes)
    throw failure.unsupported(keyAt, `a name of ${sizeBytes} bytes (at most ${limits.nameBytes})`);
  if (reading.textBytes > limits.textBytes)
    throw failure.unsupported(keyAt, `more than ${limits.textBytes} bytes of names`);
  if (cursor.holds(sizeBytes)) {
    take(cursor.take(sizeBytes));
    return undefined;
  }
  return cursor.load(sizeBytes).then(() => {
    take(cursor.take(sizeBytes));
  });
}

function packedIntegers(
  reading: Reading,
  frame: Frame,
  rule: Extract<FieldRule<unknown>, { is: 'integers' }>,
  end: number,
  keyAt: number,
): Promise<void> | undefined {
  const { cursor, failure } = reading;
  const sizeBytes = end - cursor.at();
  if (sizeBytes > limits.nameBytes)
    throw failure.unsupported(keyAt, `a shape of ${sizeBytes} bytes`);
  const readAll = (): void => {
    while (cursor.at() < end) {
      countEntry(reading, keyAt);
      cursor.varint(end);
      rule.set(frame.target, cursor.signedValue());
    }
  };
  if (cursor.holds(sizeBytes)) {
    readAll();
    return undefined;
  }
  return cursor.load(sizeBytes).then(readAll);
}

const fixedBytes: Readonly<Record<NumberKind, number>> = { varint: 0, float: 4, double: 8 };

function packedNumbers(
  reading: Reading,
  seen: RepeatedNumbers,
  kind: NumberKind,
  end: number,
  keyAt: number,
): Promise<void> | undefined {
  const { cursor, failure } = reading;
  noteOccurrence(seen, keyAt, end, cursor.at());
  if (kind === 'varint') return scanVarints(cursor, end, seen);
  const sizeBytes = end - cursor.at();
  const each = fixedBytes[kind];
  if (sizeBytes % each !== 0)
    throw failure.invalid(cursor.at(), `${sizeBytes} bytes are no whole number of ${kind}s`);
  seen.elements += sizeBytes / each;
  if (kind === 'double' || sizeBytes / each > limits.listElements) {
    cursor.skipTo(end);
    return undefined;
  }
  return withText(reading, sizeBytes, cursor.at(), undefined, (bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at < sizeBytes && seen.first.length < limits.listElements; at += 4)
      seen.first.push(view.getFloat32(at, true));
  });
}

function countEntry(reading: Reading, at: number): void {
  if (++reading.entries > limits.entries)
    throw reading.failure.unsupported(at, `more than ${limits.entries} names and extents`);
}

function noteOccurrence(seen: RepeatedNumbers, keyAt: number, end: number, offset: number): void {
  if (seen.start < 0) seen.start = keyAt;
  seen.end = end;
  seen.occurrences++;
  seen.offset = offset;
  seen.sizeBytes = end - offset;
}

function wrongType(failure: Failure, frame: Frame, keyAt: number): Error {
  return failure.invalid(keyAt, `a field of ${frame.schema.name} has the wrong wire type`);
}
