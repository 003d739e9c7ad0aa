import { utf8, latin1 } from '../../text.ts';
import type { PickleMachine } from './machine.ts';
import { opTable } from './opTable.ts';
import { isObjectLike, isSequence } from './values.ts';
import type { PickleValue } from './values.ts';

/**
 * Opcodes that name classes and functions or build with them. What they name and build is decided by
 * the world of the machine: nothing is looked up or run.
 *
 * Source: CPython `Lib/pickletools.py`, protocols 0 to 5.
 */
// prettier-ignore
export const objectOps = opTable([
  ['c', (m) => { m.push(named(m)); }],
  [0x93, stackGlobal],
  ['R', (m) => { const args = m.pop(); m.push(m.world.call(m.pop(), items(m, args), m.at())); }],
  [0x81, (m) => { const args = m.pop(); m.push(m.world.call(m.pop(), items(m, args), m.at())); }],
  [0x92, newObject],
  ['i', (m) => { const callee = named(m); m.push(m.world.call(callee, m.popMark(), m.at())); }],
  ['o', oldObject],
  ['b', build],
  ['P', (m) => { m.push(m.world.persistent(line(m), m.at())); }],
  ['Q', (m) => { m.push(m.world.persistent(m.pop(), m.at())); }],
]);

function line(machine: PickleMachine): string {
  const bytes = machine.takeLine();
  return utf8(bytes) ?? latin1(bytes);
}

function named(machine: PickleMachine): PickleValue {
  const module = line(machine);
  return machine.world.global(module, line(machine), machine.at());
}

function stackGlobal(machine: PickleMachine): void {
  const name = machine.pop();
  const module = machine.pop();
  if (typeof name !== 'string' || typeof module !== 'string')
    throw machine.broken('a name is no string');
  machine.push(machine.world.global(module, name, machine.at()));
}

function items(machine: PickleMachine, args: PickleValue): readonly PickleValue[] {
  if (!isSequence(args)) throw machine.broken('the arguments of a call are no tuple');
  return args.items;
}

function newObject(machine: PickleMachine): void {
  const named = machine.pop();
  if (!isObjectLike(named) || named.is !== 'dict')
    throw machine.broken('the named arguments of a call are no dictionary');
  const args = items(machine, machine.pop());
  const all = named.entries.length === 0 ? args : [...args, named];
  machine.push(machine.world.call(machine.pop(), all, machine.at()));
}

function oldObject(machine: PickleMachine): void {
  const [callee, ...args] = machine.popMark();
  if (callee === undefined) throw machine.broken('it makes an instance of nothing');
  machine.push(machine.world.call(callee, args, machine.at()));
}

/** The state of an object is kept as data; attributes of dictionaries and tensors are dropped. */
function build(machine: PickleMachine): void {
  const state = machine.pop();
  const target = machine.top();
  if (!isObjectLike(target) || target.is === 'global')
    throw machine.broken('it sets the state of what is no object');
  if (target.is === 'object') target.state = state;
}
