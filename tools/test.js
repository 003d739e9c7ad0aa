/**
 * `npm test`: installs what is missing, browser included, and runs the checks, the unit tests and
 * the browser tests. Ends with one line: `N passed, N failed`.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import process from 'node:process';
import { installPackages, run } from './install.js';

installPackages();
const { needBrowser } = await import('./browser.js');
const env = { ...process.env, CHROMIUM: await needBrowser() };

const reports = 'test-results';
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

const total = { passed: 0, failed: 0, skipped: 0 };

// Each uses one core: about half of the work beside the other half.
await Promise.all([
  steps(['lint:code']),
  steps(['format', 'types', 'cycles', 'build', 'lint:components']),
]);
suite('unit', ['npx', 'vitest', 'run'], vitestCounts);
// Tests that measure the page's frames and tasks must not compete with others.
suite('e2e', ['npx', 'playwright', 'test', '--project=behaviour', '--workers=2'], playwrightCounts);
suite('timing', ['npx', 'playwright', 'test', '--project=timing'], playwrightCounts);

if (total.skipped > 0) console.log(`${total.skipped} skipped (each says why above)`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);

/** Runs npm scripts one after the other, each with its output in one piece. */
async function steps(scripts) {
  for (const script of scripts) {
    const { status, output } = await captured('npm', ['run', '--silent', script]);
    console.log(`\n── ${script}\n${output}`);
    total[status === 0 ? 'passed' : 'failed']++;
  }
}

function captured(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env, shell: process.platform === 'win32' });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data) => (output += data));
    child.on('error', (error) => resolve({ status: 1, output: error.message }));
    child.on('close', (status) => resolve({ status, output: output.trimEnd() }));
  });
}

/** Runs a suite that writes a JSON report; a crash that leaves none counts as a failure. */
function suite(name, [command, ...args], counts) {
  console.log(`\n── ${name}`);
  const report = `${reports}/${name}.json`;
  const { status } = run(command, args, { env: { ...env, MGIT_REPORT: report } });
  const result = read(report, counts);
  total.passed += result.passed;
  total.failed += result.failed;
  total.skipped += result.skipped;
  if (status !== 0 && result.failed === 0) total.failed++;
  if (status === 0 && result.passed === 0) total.failed++;
}

function read(report, counts) {
  try {
    return counts(JSON.parse(readFileSync(report, 'utf8')));
  } catch (error) {
    console.error(`${report}: ${error.message}`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

function vitestCounts(report) {
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

function playwrightCounts({ stats }) {
  return { passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped };
}
