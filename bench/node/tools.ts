import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';

/** Whether a command is on the PATH. */
export function hasTool(name: string): boolean {
  return (process.env['PATH'] ?? '').split(path.delimiter).some((folder) => {
    try {
      accessSync(path.join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
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

const waiting: (() => void)[] = [];
let free = availableParallelism();

/**
 * As `runTool`, beside others: as many commands at once as there are cores, the rest wait.
 *
 * @throws Error when it does not end with 0.
 */
export async function runToolBeside(
  name: string,
  args: readonly string[],
  input?: Uint8Array,
): Promise<Buffer> {
  if (free === 0)
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
    });
  else free -= 1;
  try {
    return await spawned(name, args, input);
  } finally {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  }
}

function spawned(name: string, args: readonly string[], input?: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn(name, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    const out: Buffer[] = [];
    const said: Buffer[] = [];
    child.stdout.on('data', (piece: Buffer) => out.push(piece));
    child.stderr.on('data', (piece: Buffer) => said.push(piece));
    // A command that ends early leaves its input unread; its status tells why.
    child.stdin.on('error', () => undefined);
    child.on('error', reject);
    child.on('close', (status) => {
      if (status === 0) resolve(Buffer.concat(out));
      else reject(new Error(`${name} ${args.join(' ')}: ${Buffer.concat(said).toString()}`));
    });
    child.stdin.end(input);
  });
}

/** Calls `use` with a new folder, which is gone afterwards. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
