import type { Page } from 'playwright';
import { planView } from '../../src/core/graphView/planView.ts';
import { indexLineage } from '../../src/core/graphView/lineageIndex.ts';
import { edgeBetween, lineage } from '../../src/core/graphView/lineage.fixture.ts';
import { openingState } from '../../src/core/graphView/viewState.ts';
import { layeredLayout } from '../../src/core/layout/layeredLayout.ts';
import { median, openBenchApp } from './app.ts';

const rounds = 5;
const sizes = [100, 1_000, 5_000, 20_000];
/** Imported for the browser's part; each takes some milliseconds. */
const drawnSizes = [1_000, 20_000];
const batch = 1_000;

/**
 * Layout of whole trees, what of them is handed to Cytoscape, the time from a reload until the graph is
 * drawn, and frames per second while it is panned.
 */
export async function run(): Promise<void> {
  console.log(`| models | layout of all | planned | elements drawn |`);
  console.log('| ---: | ---: | ---: | ---: |');
  for (const size of sizes) {
    const graph = tree(size);
    const input = {
      nodes: graph.nodes.map(({ id }) => ({ id })),
      edges: graph.edges,
      layerGap: 128,
      nodeGap: 46,
    };
    const layout = medianMs(() => layeredLayout(input));
    const planned = medianMs(() => planView(indexLineage(graph), openingState));
    const { items, edges } = planView(indexLineage(graph), openingState);
    console.log(`| ${size} | ${layout} | ${planned} | ${items.length} + ${edges.length} |`);
  }
  const app = await openBenchApp();
  try {
    console.log(`\n| models | reload → drawn, median of ${rounds} | frames a second, panned |`);
    console.log('| ---: | ---: | ---: |');
    let imported = 0;
    for (const size of drawnSizes) {
      for (; imported < size; imported += batch)
        await app.page.evaluate(importTree, { first: imported, count: batch });
      const drawn: number[] = [];
      const frames: number[] = [];
      for (let round = 0; round < rounds; round++) {
        drawn.push(await reloadUntilDrawn(app.page));
        frames.push(await panned(app.page));
      }
      const ms = median(drawn).toFixed(0);
      console.log(`| ${size} | ${ms} ms | ${median(frames).toFixed(0)} |`);
    }
  } finally {
    await app.close();
  }
}

/** Every model but the first is made from an earlier one, three from each. */
function tree(size: number) {
  return lineage(
    size,
    Array.from({ length: size - 1 }, (_, i) => edgeBetween(Math.floor(i / 3), i + 1)),
  );
}

function medianMs(work: () => unknown): string {
  const times = Array.from({ length: rounds }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return `${median(times).toFixed(1)} ms`;
}

/** Milliseconds from the navigation until no element has come to the graph for a moment. */
async function reloadUntilDrawn(page: Page): Promise<number> {
  await page.reload();
  await page.waitForSelector('section.graph canvas', { state: 'attached' });
  await page.waitForSelector('section.graph details.legend');
  return page.evaluate(async () => {
    const shown = document.querySelector<HTMLElement>('section.graph');
    // The view says that it is drawn; see `GraphView.svelte`.
    while (shown?.dataset['drawn'] !== 'true')
      await new Promise((resolve) => {
        requestAnimationFrame(resolve);
      });
    return performance.now();
  });
}

/** Frames a second while the graph is dragged to and fro for some two seconds. */
async function panned(page: Page): Promise<number> {
  const box = await page.locator('section.graph .canvas').boundingBox();
  if (box === null) throw new Error('The graph is not on the page.');
  const [x, y] = [box.x + box.width / 2, box.y + 120];
  await page.evaluate(() => {
    const count = { frames: 0, start: performance.now() };
    Object.assign(globalThis, { panned: count });
    const next = () => {
      count.frames++;
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  });
  await page.mouse.move(x, y);
  await page.mouse.down();
  for (let step = 0; step < 120; step++) {
    await page.mouse.move(x + Math.sin(step / 10) * 120, y + Math.cos(step / 10) * 60);
    await page.waitForTimeout(8);
  }
  await page.mouse.up();
  return page.evaluate(() => {
    const { panned: count } = globalThis as unknown as {
      panned: { frames: number; start: number };
    };
    return (count.frames * 1000) / (performance.now() - count.start);
  });
}

/** Runs in the page: tiny models of a tree, of which the earlier ones are stored already. */
async function importTree({ first, count }: { first: number; count: number }): Promise<void> {
  const header = JSON.stringify({ w: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } });
  const json = new TextEncoder().encode(header.padEnd(Math.ceil(header.length / 8) * 8));
  const length = new BigUint64Array([BigInt(json.length)]);
  const files = Array.from({ length: count }, (_, index) => {
    const bytes = crypto.getRandomValues(new Uint8Array(8));
    return new File([length, json, bytes], `m${first + index}.safetensors`);
  });
  // A tree within each batch: declared edges name models of their own import.
  const declared = files.slice(1).map((_, index) => ({
    kind: 'provenance' as const,
    from: `m${first + Math.floor(index / 3)}`,
    to: `m${first + index + 1}`,
  }));
  await mgit.import(files, { infer: false, declared });
}
