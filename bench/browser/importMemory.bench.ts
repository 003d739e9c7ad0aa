import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { randomFillSync } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { browserMemory, openBenchApp } from './app.ts';

const modelBytes = 2 ** 30;

/**
 * Peak memory of the whole browser (all its processes, proportional share) while a 1 GiB safetensors
 * file on disk is imported through the page's own file picker, above what it holds when idle.
 */
export async function run(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mgit-bench-'));
  const file = path.join(folder, 'one-gib.safetensors');
  writeModel(file);
  const app = await openBenchApp();
  try {
    await app.page.waitForTimeout(3000);
    const idle = browserMemory(app.profile);
    let peak = idle;
    const watch = setInterval(() => {
      peak = Math.max(peak, browserMemory(app.profile));
    }, 100);
    const started = performance.now();
    await app.page.locator('input[type=file]:not([webkitdirectory])').first().setInputFiles(file);
    while ((await app.page.evaluate(async () => (await mgit.graph()).nodes.length)) === 0)
      await app.page.waitForTimeout(200);
    const seconds = (performance.now() - started) / 1000;
    clearInterval(watch);
    const mb = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
    console.log('| 1 GiB safetensors from disk | |');
    console.log('| --- | --- |');
    console.log(`| browser when idle | ${mb(idle)} |`);
    console.log(`| peak while importing | ${mb(peak)} |`);
    console.log(`| above idle | **${mb(peak - idle)}** |`);
    console.log(
      `| time | ${seconds.toFixed(1)} s, ${(modelBytes / 1e6 / seconds).toFixed(0)} MB/s |`,
    );
  } finally {
    await app.close();
    rmSync(folder, { recursive: true });
  }
}

/** 128 float32 tensors of 8 MiB, random bytes. */
function writeModel(file: string): void {
  const count = 128;
  const each = modelBytes / count;
  const header = Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `layers.${index}.weight`,
      {
        dtype: 'F32',
        shape: [each / 4096, 1024],
        data_offsets: [index * each, (index + 1) * each],
      },
    ]),
  );
  const text = JSON.stringify(header);
  const json = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const descriptor = openSync(file, 'w');
  writeSync(descriptor, length);
  writeSync(descriptor, json);
  const block = Buffer.alloc(each);
  for (let index = 0; index < count; index++) writeSync(descriptor, randomFillSync(block));
  closeSync(descriptor);
}
