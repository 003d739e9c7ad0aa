import type { PickleMachine } from './machine.ts';
import { opTable } from './opTable.ts';
import { isObjectLike } from './values.ts';
import type { PickleValue } from './values.ts';

/**
 * Opcodes that build containers, and those that move values on the stack and in the memo.
 *
 * Source: CPython `Lib/pickletools.py`, protocols 0 to 5.
 */
// prettier-ignore
export const containerOps = opTable([
  [']', (m) => { m.push({ is: 'list', items: [] }); }],
  ['l', (m) => { m.push({ is: 'list', items: m.popMark() }); }],
  ['a', (m) => { const value = m.pop(); addItems(m, [value]); }],
  ['e', (m) => { const values = m.popMark(); addItems(m, values); }],
  [')', (m) => { m.push({ is: 'tuple', items: [] }); }],
  ['t', (m) => { m.push({ is: 'tuple', items: m.popMark() }); }],
  [0x85, (m) => { tuple(m, 1); }],
  [0x86, (m) => { tuple(m, 2); }],
  [0x87, (m) => { tuple(m, 3); }],
  ['}', (m) => { m.push({ is: 'dict', entries: [] }); }],
  ['d', (m) => { m.push({ is: 'dict', entries: pairs(m, m.popMark()) }); }],
  ['s', (m) => { const value = m.pop(); addEntries(m, [m.pop(), value]); }],
  ['u', (m) => { const values = m.popMark(); addEntries(m, values); }],
  [0x8f, (m) => { m.push({ is: 'set', items: [] }); }],
  [0x90, (m) => { const values = m.popMark(); addItems(m, values); }],
  [0x91, (m) => { m.push({ is: 'set', items: m.popMark() }); }],
  ['(', (m) => { m.mark(); }],
  ['0', (m) => { m.drop(); }],
  ['1', (m) => { m.popMark(); }],
  ['2', (m) => { m.push(m.top()); }],
  ['p', (m) => { m.remember(lineIndex(m)); }],
  ['q', (m) => { m.remember(m.takeView(1).getUint8(0)); }],
  ['r', (m) => { m.remember(m.takeView(4).getUint32(0, true)); }],
  [0x94, (m) => { m.remember(m.memoSize()); }],
  ['g', (m) => { m.push(m.recall(lineIndex(m))); }],
  ['h', (m) => { m.push(m.recall(m.takeView(1).getUint8(0))); }],
  ['j', (m) => { m.push(m.recall(m.takeView(4).getUint32(0, true))); }],
]);

function tuple(machine: PickleMachine, length: number): void {
  const items: PickleValue[] = [];
  for (let count = 0; count < length; count++) items.push(machine.pop());
  machine.push({ is: 'tuple', items: items.reverse() });
}

function addItems(machine: PickleMachine, values: readonly PickleValue[]): void {
  const target = machine.top();
  if (!isObjectLike(target) || !('items' in target) || target.is === 'tuple')
    throw machine.broken('it appends to what is no list');
  for (const value of values) target.items.push(value);
}

function addEntries(machine: PickleMachine, values: readonly PickleValue[]): void {
  const target = machine.top();
  if (!isObjectLike(target) || !('entries' in target))
    throw machine.broken('it sets an entry of what is no dictionary');
  for (const pair of pairs(machine, values)) target.entries.push(pair);
}

function pairs(
  machine: PickleMachine,
  values: readonly PickleValue[],
): [PickleValue, PickleValue][] {
  if (values.length % 2 !== 0) throw machine.broken('a dictionary has a key without a value');
  const made: [PickleValue, PickleValue][] = [];
  for (let index = 0; index + 1 < values.length; index += 2)
    made.push([values[index] ?? null, values[index + 1] ?? null]);
  return made;
}

function lineIndex(machine: PickleMachine): number {
  const digits = String.fromCharCode(...machine.takeLine().subarray(0, 20));
  const index = Number(digits);
  if (!/^[0-9]+$/.test(digits) || !Number.isSafeInteger(index))
    throw machine.broken('the number of a kept value is no number');
  return index;
}
