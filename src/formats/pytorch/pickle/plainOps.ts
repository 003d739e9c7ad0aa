import { latin1, quoted, utf8 } from '../../text.ts';
import { opTable } from './opTable.ts';
import type { PickleMachine } from './machine.ts';
import type { PickleValue } from './values.ts';

/** Bytes of an integer; more is no number that a checkpoint holds. */
const maxLongBytes = 256;

/**
 * Opcodes that push numbers, strings and bytes, by their byte.
 *
 * Source: CPython `Lib/pickletools.py`, protocols 0 to 5.
 */
// prettier-ignore
export const plainOps = opTable([
  ['N', (m) => { m.push(null); }],
  [0x88, (m) => { m.push(true); }],
  [0x89, (m) => { m.push(false); }],
  ['K', (m) => { m.push(m.takeView(1).getUint8(0)); }],
  ['M', (m) => { m.push(m.takeView(2).getUint16(0, true)); }],
  ['J', (m) => { m.push(m.takeView(4).getInt32(0, true)); }],
  ['I', (m) => { m.push(decimalInt(m)); }],
  ['L', (m) => { m.push(decimalLong(m)); }],
  [0x8a, (m) => { m.push(long(m, m.takeView(1).getUint8(0))); }],
  [0x8b, (m) => { m.push(long(m, m.takeView(4).getInt32(0, true))); }],
  ['F', (m) => { m.push(decimalFloat(m)); }],
  ['G', (m) => { m.push(m.takeView(8).getFloat64(0)); }],
  ['S', (m) => { m.push(quotedString(m)); }],
  ['T', (m) => { m.push(text(m.take(length4(m)))); }],
  ['U', (m) => { m.push(text(m.take(m.takeView(1).getUint8(0)))); }],
  ['V', (m) => { m.push(rawUnicode(m)); }],
  ['X', (m) => { m.push(text(m.take(m.takeView(4).getUint32(0, true)))); }],
  [0x8c, (m) => { m.push(text(m.take(m.takeView(1).getUint8(0)))); }],
  [0x8d, (m) => { m.push(text(m.take(length8(m)))); }],
  ['B', (m) => { m.push(bytes(m.take(m.takeView(4).getUint32(0, true)))); }],
  ['C', (m) => { m.push(bytes(m.take(m.takeView(1).getUint8(0)))); }],
  [0x8e, (m) => { m.push(bytes(m.take(length8(m)))); }],
  [0x96, (m) => { m.push(bytes(m.take(length8(m)))); }],
]);

function bytes(view: Uint8Array): PickleValue {
  return { is: 'bytes', bytes: view };
}

/** Python 2 strings are bytes; what is not UTF-8 is read as Latin-1, so that no byte is lost. */
function text(view: Uint8Array): string {
  return utf8(view) ?? latin1(view);
}

function length4(machine: PickleMachine): number {
  const length = machine.takeView(4).getInt32(0, true);
  if (length < 0) throw machine.broken(`a string has the length ${length}`);
  return length;
}

function length8(machine: PickleMachine): number {
  const length = Number(machine.takeView(8).getBigUint64(0, true));
  if (!Number.isSafeInteger(length)) throw machine.broken('a string has an absurd length');
  return length;
}

/** Little-endian two's complement, as a number where it is exact. */
function long(machine: PickleMachine, length: number): number | bigint {
  if (length < 0) throw machine.broken('a number has a negative length');
  if (length > maxLongBytes)
    throw machine.fail.unsupported(machine.at(), `a number of ${length} bytes`);
  const digits = machine.take(length);
  let value = 0n;
  for (let index = length - 1; index >= 0; index--)
    value = (value << 8n) | BigInt(digits[index] ?? 0);
  if (((digits[length - 1] ?? 0) & 0x80) !== 0) value -= 1n << BigInt(8 * length);
  return narrow(value);
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function decimalInt(machine: PickleMachine): number | bigint | boolean {
  const line = latin1(machine.takeLine());
  if (line === '00' || line === '01') return line === '01';
  return decimal(machine, line);
}

function decimalLong(machine: PickleMachine): number | bigint {
  return decimal(machine, latin1(machine.takeLine()).replace(/L$/, ''));
}

function decimal(machine: PickleMachine, digits: string): number | bigint {
  if (!/^-?[0-9]{1,600}$/.test(digits)) throw machine.broken(`${quoted(digits)} is no number`);
  return narrow(BigInt(digits));
}

function decimalFloat(machine: PickleMachine): number {
  const line = latin1(machine.takeLine());
  const special = /^-?(nan|inf)$/.exec(line);
  if (special !== null) return line === 'inf' ? Infinity : line === '-inf' ? -Infinity : NaN;
  const value = Number(line);
  if (line === '' || line.length > 64 || Number.isNaN(value))
    throw machine.broken(`${quoted(line)} is no number`);
  return value;
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', a: '\x07', b: '\b', f: '\f', v: '\v' }; // prettier-ignore

function quotedString(machine: PickleMachine): string {
  const line = latin1(machine.takeLine());
  const quote = line.at(0);
  if ((quote !== '"' && quote !== "'") || line.length < 2 || line.at(-1) !== quote)
    throw machine.broken('a string has no quotes');
  return line
    .slice(1, -1)
    .replace(/\\(x[0-9a-fA-F]{2}|[0-7]{1,3}|[^])/g, (_, escape: string) =>
      escape.startsWith('x') && escape.length === 3
        ? String.fromCharCode(parseInt(escape.slice(1), 16))
        : /^[0-7]/.test(escape)
          ? String.fromCharCode(parseInt(escape, 8) & 255)
          : (escapes[escape] ?? escape),
    );
}

function rawUnicode(machine: PickleMachine): string {
  return latin1(machine.takeLine()).replace(
    /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/g,
    (whole, short: string | undefined, wide: string | undefined) => {
      const code = parseInt(short ?? wide ?? '', 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}
