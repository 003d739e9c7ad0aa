import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

/** Runs a command with its output shown; ends this process when it fails. */
export function must(command, args, options = {}) {
  const { status, error } = run(command, args, options);
  if (status === 0) return;
  console.error(`\n${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}`);
  process.exit(status ?? 1);
}

/** Runs a command with its output shown. */
export function run(command, args, options = {}) {
  return spawnSync(command, args, {
    stdio: 'inherit',
    shell: process.platform === 'win32',
    ...options,
  });
}

/** Installs the locked packages unless they are there already. */
export function installPackages() {
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`MGit Web needs Node 20.19 or later; this is ${process.versions.node}.`);
    process.exit(1);
  }
  const stamp = 'node_modules/.package-lock.json';
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= statSync('package-lock.json').mtimeMs) return;
  console.log('Installing packages …');
  must('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
}
