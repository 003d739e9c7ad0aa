import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Page } from 'playwright';
import { preview } from 'vite';
import { browserFlags, needBrowser } from '../../tools/browser.js';
import type { Mgit } from '../../src/ui/mgit.ts';

declare global {
  var mgit: Mgit;
}

/** The built app in a browser with a profile on disk: a private window stores differently. */
export interface BenchApp {
  readonly page: Page;
  readonly profile: string;
  readonly close: () => Promise<void>;
}

export async function openBenchApp(): Promise<BenchApp> {
  const server = await preview({ logLevel: 'silent', preview: { port: 0, host: '127.0.0.1' } });
  const address = server.httpServer.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const profile = mkdtempSync(path.join(tmpdir(), 'mgit-bench-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: await needBrowser(),
    args: [...browserFlags, '--enable-precise-memory-info'],
    viewport: { width: 1280, height: 800 },
  });
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${port ?? 0}/`);
  await page.waitForFunction(() => 'mgit' in globalThis);
  await page.evaluate(() => mgit.graph());
  return {
    page,
    profile,
    close: async () => {
      await context.close();
      await server.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/**
 * Proportional memory of all processes of the browser with `profile`, in bytes: what the kernel says
 * they hold, shared pages divided among them. Linux only.
 */
export function browserMemory(profile: string): number {
  let bytes = 0;
  const own = new Set<string>();
  const parents = new Map<string, string>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const parent = /^PPid:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1];
    if (parent !== undefined) parents.set(pid, parent);
    if (read(`/proc/${pid}/cmdline`).includes(profile)) own.add(pid);
  }
  const belongs = (pid: string | undefined): boolean =>
    pid !== undefined && (own.has(pid) || belongs(parents.get(pid)));
  for (const pid of parents.keys())
    if (belongs(pid)) {
      const pss = /^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1];
      bytes += Number(pss ?? 0) * 1024;
    }
  return bytes;
}

/** Text of a file of /proc; empty for a process that has just ended. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low = 0, high = 0] = [sorted[sorted.length % 2 ? middle : middle - 1], sorted[middle]];
  return (low + high) / 2;
}
