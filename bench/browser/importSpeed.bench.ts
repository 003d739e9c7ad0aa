import { median, openBenchApp } from './app.ts';

const rounds = 5;
const modelBytes = 256 * 1024 * 1024;

/**
 * Importing a model of 256 MiB of random float32 (nothing to share, nothing to compress) against the
 * machine's own limit in the same page and turn: SHA-256 through WebCrypto of the same pieces, and
 * writing them to a bare IndexedDB, one after the other.
 */
export async function run(): Promise<void> {
  const app = await openBenchApp();
  try {
    const results: { hashMs: number; writeMs: number; importMs: number }[] = [];
    for (let round = 0; round < rounds; round++) {
      const limit = await app.page.evaluate(measureLimit, modelBytes);
      const importMs = await app.page.evaluate(measureImport, { modelBytes, round });
      results.push({ ...limit, importMs });
    }
    const rate = (pick: (result: (typeof results)[number]) => number) =>
      median(results.map((result) => modelBytes / 1e3 / pick(result)));
    const share = median(results.map((r) => (r.hashMs + r.writeMs) / r.importMs));
    console.log(`| ${modelBytes / 2 ** 20} MiB, median of ${rounds} | MB/s |`);
    console.log('| --- | --- |');
    console.log(
      `| read + SHA-256 (WebCrypto, 4 in flight) | ${rate((r) => r.hashMs).toFixed(0)} |`,
    );
    console.log(
      `| bare IndexedDB write (4 MiB values, 16 MiB a transaction, relaxed) | ${rate((r) => r.writeMs).toFixed(0)} |`,
    );
    console.log(
      `| both, one after the other: the limit | ${rate((r) => r.hashMs + r.writeMs).toFixed(0)} |`,
    );
    console.log(`| import | ${rate((r) => r.importMs).toFixed(0)} |`);
    console.log(
      `\nImport reaches ${(100 * share).toFixed(0)} % of the limit (median of the rounds' ratios).`,
    );
  } finally {
    await app.close();
  }
}

/** Runs in the page; a worker does the work, as in the app. */
async function measureLimit(sizeBytes: number): Promise<{ hashMs: number; writeMs: number }> {
  const code = `
    const piece = 4 * 1024 * 1024;
    const done = (request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    onmessage = async ({ data: blob }) => {
      const started = performance.now();
      let waiting = [];
      for (let at = 0; at < blob.size; at += piece) {
        const bytes = await blob.slice(at, at + piece).arrayBuffer();
        waiting.push(crypto.subtle.digest('SHA-256', bytes));
        if (waiting.length === 4) { await Promise.all(waiting); waiting = []; }
      }
      await Promise.all(waiting);
      const hashMs = performance.now() - started;
      let best = Infinity;
      for (const asBlob of [true, false]) {
        await done(indexedDB.deleteDatabase('bare'));
        const open = indexedDB.open('bare', 1);
        open.onupgradeneeded = () => open.result.createObjectStore('values');
        const database = await done(open);
        const begun = performance.now();
        for (let at = 0; at < blob.size; at += 4 * piece) {
          const values = [];
          for (let from = at; from < Math.min(blob.size, at + 4 * piece); from += piece)
            values.push(await blob.slice(from, from + piece).arrayBuffer());
          const transaction = database.transaction('values', 'readwrite', { durability: 'relaxed' });
          values.forEach((value, index) => transaction.objectStore('values')
            .put(asBlob ? new Blob([value]) : new Uint8Array(value), at + index));
          await new Promise((resolve, reject) => {
            transaction.oncomplete = resolve;
            transaction.onerror = () => reject(transaction.error);
          });
        }
        best = Math.min(best, performance.now() - begun);
        database.close();
      }
      await done(indexedDB.deleteDatabase('bare'));
      postMessage({ hashMs, writeMs: best });
    };`;
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 0; at < sizeBytes; at += 65_536)
    parts.push(crypto.getRandomValues(new Uint8Array(65_536)));
  const worker = new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })));
  const result = new Promise<{ hashMs: number; writeMs: number }>((resolve, reject) => {
    worker.onmessage = ({ data }) => {
      resolve(data as { hashMs: number; writeMs: number });
    };
    worker.onerror = (event) => {
      reject(new Error(event.message));
    };
  });
  worker.postMessage(new Blob(parts));
  const measured = await result;
  worker.terminate();
  return measured;
}

/** Runs in the page: a safetensors file of sixteen equal random tensors, imported and removed again. */
async function measureImport(given: { modelBytes: number; round: number }): Promise<number> {
  const count = 16;
  const each = given.modelBytes / count;
  const header: Record<string, unknown> = {};
  for (let index = 0; index < count; index++)
    header[`layers.${index}.weight`] = {
      dtype: 'F32',
      shape: [each / 4096, 1024],
      data_offsets: [index * each, (index + 1) * each],
    };
  const text = JSON.stringify(header);
  const json = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = new BigUint64Array([BigInt(json.length)]);
  const parts: BlobPart[] = [length, json];
  for (let at = 0; at < given.modelBytes; at += 65_536)
    parts.push(crypto.getRandomValues(new Uint8Array(65_536)));
  const file = new File(parts, `random-${given.round}.safetensors`);
  const started = performance.now();
  const report = await mgit.import([file]);
  const elapsed = performance.now() - started;
  const [model] = report.models;
  if (model?.id === undefined) throw new Error(JSON.stringify(report.models));
  await mgit.remove(model.id);
  await mgit.collect();
  return elapsed;
}
