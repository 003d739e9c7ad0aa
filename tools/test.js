/**
 * `npm test`: installs what is missing, browser included, and runs the checks, the unit tests and
 * the browser tests. Ends with one line: `N passed, N failed`.
 */
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

for (const script of ['format', 'lint', 'types', 'cycles', 'build']) step(script);
suite('unit', ['npx', 'vitest', 'run'], vitestCounts);
suite('e2e', ['npx', 'playwright', 'test'], playwrightCounts);

if (total.skipped > 0) console.log(`${total.skipped} skipped (each says why above)`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);

function step(script) {
  console.log(`\n── ${script}`);
  const { status } = run('npm', ['run', '--silent', script], { env });
  total[status === 0 ? 'passed' : 'failed']++;
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
