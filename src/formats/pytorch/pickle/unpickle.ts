import { LineageError } from '../../../core/lineageError.ts';
import { formatFailures } from '../../failures.ts';
import { containerOps } from './containerOps.ts';
import { pickleMachine } from './machine.ts';
import type { PickleWorld } from './machine.ts';
import { objectOps } from './objectOps.ts';
import type { PickleWindow } from './pickleReader.ts';
import { plainOps } from './plainOps.ts';
import type { PickleValue } from './values.ts';

const stop = 0x2e;
const proto = 0x80;
const frame = 0x95;

/** Opcodes that are understood and not obeyed. */
const refused: ReadonlyMap<number, string> = new Map([
  [0x82, 'EXT1 (a name from a registry)'],
  [0x83, 'EXT2 (a name from a registry)'],
  [0x84, 'EXT4 (a name from a registry)'],
  [0x97, 'NEXT_BUFFER (bytes from outside the file)'],
  [0x98, 'READONLY_BUFFER (bytes from outside the file)'],
]);

const ops = new Map([...plainOps, ...containerOps, ...objectOps]);

/**
 * Reads one pickle into plain data. It is read, not run: the pickle's names and calls are answered by
 * `world`, and an opcode outside the list ends it. Iterative, so that nesting costs no stack.
 *
 * @param file - for errors.
 * @returns the value and the offset in the file after the pickle.
 * @throws LineageError `pickle-refused`, `format-invalid`, `format-unsupported`.
 * @throws WindowEnd when the pickle goes on beyond the window: call again with a larger one.
 */
export function unpickle(
  file: string,
  window: PickleWindow,
  world: PickleWorld,
): { value: PickleValue; end: number } {
  const fail = formatFailures(file, 'PyTorch checkpoint');
  const machine = pickleMachine(window, world, fail);
  for (;;) {
    const code = machine.step();
    const op = ops.get(code);
    if (op !== undefined) op(machine);
    else if (code === stop) break;
    else if (code === frame) machine.take(8);
    else if (code === proto) {
      const version = machine.takeView(1).getUint8(0);
      if (version > 5) throw fail.unsupported(machine.at(), `pickle protocol ${version}`);
    } else {
      const name = refused.get(code) ?? `0x${code.toString(16).padStart(2, '0')}`;
      const what = `the pickle opcode ${name}`;
      throw new LineageError('pickle-refused', { file, at: machine.at(), what });
    }
  }
  return { value: machine.pop(), end: machine.position() };
}
