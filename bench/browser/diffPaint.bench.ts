import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { browserMemory, openBenchApp } from './app.ts';

/** 48 matrices of 2,048 by 1,024 float32: 100.7 million parameters, 403 MB. */
const matrices = 48;
const [rows, columns] = [2048, 1024];

/**
 * Two models of 100 million parameters, all of them changed, compared in the page: time until the
 * view shows the layers, until the first and the last tensor is compared, and the browser's memory
 * (all its processes, proportional share) above what it held before.
 */
export async function run(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mgit-bench-'));
  const files = ['one', 'two'].map((name, index) => {
    const file = path.join(folder, `${name}.safetensors`);
    writeModel(file, index);
    return file;
  });
  const app = await openBenchApp();
  try {
    const { page } = app;
    await page.locator('input[type=file]:not([webkitdirectory])').first().setInputFiles(files);
    while ((await page.evaluate(async () => (await mgit.graph()).nodes.length)) < 2)
      await page.waitForTimeout(200);
    await page.waitForTimeout(5000);
    const idle = browserMemory(app.profile);
    let peak = idle;
    const watch = setInterval(() => {
      peak = Math.max(peak, browserMemory(app.profile));
    }, 250);
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Command or model' }).fill('diff one two');
    const started = performance.now();
    const since = (): string => `${((performance.now() - started) / 1000).toFixed(1)} s`;
    await page.keyboard.press('Enter');
    const layers = page.getByRole('region', { name: 'Layers side by side' });
    await layers.getByRole('button').first().waitFor();
    const first = since();
    await layers
      .getByRole('button', { name: /relative change/ })
      .first()
      .waitFor();
    const row = since();
    await page.getByText(/^All .* compared\.$/).waitFor({ state: 'attached', timeout: 300_000 });
    const last = since();
    clearInterval(watch);
    const mb = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
    console.log('| 100 M parameters against as many | |');
    console.log('| --- | --- |');
    console.log(`| layers are on the screen after | **${first}** |`);
    console.log(`| first tensor compared after | ${row} |`);
    console.log(`| all ${matrices} compared after | ${last} |`);
    console.log(`| browser before | ${mb(idle)} |`);
    console.log(`| peak above that | ${mb(peak - idle)} |`);
  } finally {
    await app.close();
    rmSync(folder, { recursive: true });
  }
}

/** Numbers around 0, other ones for every seed. */
function writeModel(file: string, seed: number): void {
  const each = rows * columns * 4;
  const header = Object.fromEntries(
    Array.from({ length: matrices }, (_, index) => [
      `layers.${index}.weight`,
      {
        dtype: 'F32',
        shape: [rows, columns],
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
  let state = 1 + seed;
  const numbers = new Float32Array(rows * columns);
  for (let index = 0; index < matrices; index++) {
    for (let i = 0; i < numbers.length; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      numbers[i] = state / 2 ** 32 - 0.5;
    }
    writeSync(descriptor, Buffer.from(numbers.buffer));
  }
  closeSync(descriptor);
}
