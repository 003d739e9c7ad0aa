import { spawnSync } from 'node:child_process';

/** Whether a command is on the PATH. */
export function hasTool(name: string): boolean {
  return spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0;
}

/**
 * Runs a command and gives what it writes.
 *
 * @param input - bytes for its standard input.
 * @throws Error when it does not end with 0.
 */
export function runTool(name: string, args: readonly string[], input?: Uint8Array): Buffer {
  const done = spawnSync(name, args, { input, maxBuffer: 2 ** 31 - 1 });
  if (done.status !== 0)
    throw new Error(`${name} ${args.join(' ')}: ${done.error?.message ?? done.stderr.toString()}`);
  return done.stdout;
}
