import { median, openBenchApp } from './app.ts';

const rounds = 5;

/**
 * Time from a reload until the page has the whole lineage of 1,000 models with 200 tensors each
 * (200,000 chunks), and until one model's tensor table is there.
 */
export async function run(): Promise<void> {
  const app = await openBenchApp();
  try {
    for (let batch = 0; batch < 20; batch++)
      await app.page.evaluate(importFamily, { batch, models: 50 });
    const times: { graphMs: number; tensors: number; tensorsMs: number }[] = [];
    for (let round = 0; round < rounds; round++) {
      await app.page.reload();
      await app.page.waitForFunction(() => 'mgit' in globalThis, undefined, { polling: 10 });
      times.push(
        await app.page.evaluate(async () => {
          const { nodes } = await mgit.graph();
          const graphMs = performance.now();
          const [node] = nodes;
          if (nodes.length !== 1000 || node === undefined) throw new Error(`${nodes.length} nodes`);
          const rows = await mgit.tensors(node.id);
          return { graphMs, tensors: rows.length, tensorsMs: performance.now() - graphMs };
        }),
      );
    }
    const ms = (pick: (time: (typeof times)[number]) => number) =>
      `${median(times.map(pick)).toFixed(0)} ms`;
    console.log(`| 1,000 models × 200 tensors, median of ${rounds} reloads | |`);
    console.log('| --- | --- |');
    console.log(`| navigation start → whole graph on the page | ${ms((time) => time.graphMs)} |`);
    console.log(
      `| then the tensor table of one model (reads every manifest once) | ${ms((time) => time.tensorsMs)} |`,
    );
  } finally {
    await app.close();
  }
}

/** Runs in the page: models of 200 tensors of 64 random floats, imported in one batch. */
async function importFamily({ batch, models }: { batch: number; models: number }): Promise<void> {
  const tensors = 200;
  const each = 256;
  const header: Record<string, unknown> = {};
  for (let index = 0; index < tensors; index++)
    header[`layers.${index}.weight`] = {
      dtype: 'F32',
      shape: [8, 8],
      data_offsets: [index * each, (index + 1) * each],
    };
  const text = JSON.stringify(header);
  const json = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = new BigUint64Array([BigInt(json.length)]);
  const files = Array.from({ length: models }, (_, index) => {
    const bytes = crypto.getRandomValues(new Uint8Array(tensors * each));
    return new File([length, json, bytes], `model-${batch}-${index}.safetensors`);
  });
  const report = await mgit.import(files, { infer: false });
  const failed = report.models.find((model) => model.error !== undefined);
  if (failed) throw new Error(JSON.stringify(failed));
}
