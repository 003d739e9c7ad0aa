import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, type Page } from 'playwright/test';
import { bagOfEmbeddings } from '../src/core/models/bagOfEmbeddings.ts';
import { encodeOnnx } from '../src/core/network/encodeOnnx.ts';
import { brokenInvariants, hasSharedData, openApp, sharedData } from './app.ts';
import { named } from './cascadeFamily.ts';

/** Sentences of three sources, and a small encoder that has learnt nothing yet. */
async function openSentences(page: Page): Promise<void> {
  await openApp(page);
  const network = bagOfEmbeddings({ vocabulary: 2048, length: 24, width: 16, hidden: 16, seed: 7 });
  const sources = ['amazon_cells', 'imdb', 'yelp'].map((source) => ({
    name: source.split('_')[0] ?? source,
    text: readFileSync(path.join(sharedData, `datasets/sentiment/${source}_labelled.txt`), 'utf8'),
  }));
  await page.evaluate(
    async ({ model, texts }) => {
      const bytes = Uint8Array.from(atob(model), (letter) => letter.charCodeAt(0));
      await mgit.import([new File([bytes], 'start.onnx')]);
      for (const { name, text } of texts)
        await mgit.addDataset([new File([text], `${name}.txt`)], { name });
    },
    { model: Buffer.from(encodeOnnx(network)).toString('base64'), texts: sources },
  );
}

/** An encoder, models made from it, and its new version that learnt to do without words; then a cascade. */
function teachAndCascade(page: Page) {
  return page.evaluate(async () => {
    const args = { epochs: 6, batchSize: 32, learningRate: 0.01 };
    const learn = (
      parent: string,
      data: string,
      name: string,
      more: { args?: object; asVersion?: boolean } = {},
    ) =>
      mgit.create('finetune', {
        parents: [parent],
        data: [data],
        device: 'wasm',
        seed: 11,
        name,
        ...more,
        args: { ...args, ...more.args },
      });
    await learn('start', 'imdb', 'encoder');
    await learn('encoder', 'amazon', 'amazon');
    await learn('encoder', 'yelp', 'yelp');
    await learn('amazon', 'imdb', 'amazon-imdb');
    await mgit.create('linear-average', { parents: ['amazon', 'yelp'], name: 'shops' });
    await mgit.create('quantise-fp16', { parents: ['shops'], name: 'shops-half' });
    await mgit.create('prune', { parents: ['yelp'], name: 'yelp-pruned' });
    // Sentences of all sources lose words in the field: the encoder is taught to do without.
    await learn('encoder', 'imdb', 'encoder-2', {
      args: { epochs: 10, augment: [{ is: 'drop-words', share: 0.5 }] },
      asVersion: true,
    });
    await mgit.saveTest({
      name: 'Words missing',
      function: 'classification',
      data: { dataset: 'yelp', part: 'test', perturb: [{ is: 'drop-words', share: 0.5 }] },
      bindings: [{ is: 'all' }],
      success: [],
    });
    return mgit.cascade.run({ old: 'encoder', new: 'encoder-2', gate: false, device: 'wasm' });
  });
}

test.describe('sentences of three sources', () => {
  test.skip(!hasSharedData, 'SKIPPED: ../shared/data is not here, so no sentences to learn from');

  test('the encoder below all learns words that are missing, and every descendant follows', async ({
    page,
  }) => {
    await openSentences(page);
    const report = await teachAndCascade(page);
    expect(report).toMatchObject({ made: 6, failed: 0, rejected: 0, finished: true });
    const { nodes, parents, versions } = await named(page);
    for (const name of ['amazon', 'yelp', 'amazon-imdb', 'shops', 'shops-half', 'yelp-pruned']) {
      expect(nodes).toContain(`${name}@2`);
      expect(versions).toContain(`${name} → ${name}@2`);
      expect(parents(`${name}@2`).length).toBeGreaterThan(0);
      for (const parent of parents(`${name}@2`)) expect(parent).toMatch(/@2$|^encoder-2$/);
    }
    const rows = report.state.comparisons.filter(({ metric }) => metric === 'accuracy');
    expect(rows).toHaveLength(6);
    for (const { name, before, after } of rows) {
      const text = `${name} with half of the words: ${before?.toFixed(3)} → ${after?.toFixed(3)}`;
      test.info().annotations.push({ type: 'accuracy', description: text });
      expect(after).toBeGreaterThan(0);
    }
    const mean = (of: 'before' | 'after') =>
      rows.reduce((sum, row) => sum + (row[of] ?? 0), 0) / rows.length;
    // On the CPU with these seeds the same numbers come each time.
    expect(mean('after')).toBeGreaterThan(mean('before'));
    expect(await brokenInvariants(page)).toEqual([]);
  });
});

test('a federated lineage is re-run from a corrected client', async ({ page }) => {
  await openApp(page);
  const { report, first } = await page.evaluate(async () => {
    const file = async (name: string) =>
      new File([await (await fetch(`digits/${name}`)).blob()], name);
    await mgit.import([await file('digits.onnx')]);
    await mgit.addDataset(
      [await file('images.idx3-ubyte.gz'), await file('labels.idx1-ubyte.gz')],
      { name: 'writers' },
    );
    const round = (parent: string) =>
      mgit.create('federated-round', {
        parents: [parent],
        data: ['writers'],
        device: 'wasm',
        args: { clients: 3, epochs: 1, batchSize: 64 },
      });
    const one = (await round('digits')).models.map(({ name }) => name);
    await round(one.at(-1) ?? '');
    // The second client's data was faulty: it is trained anew.
    await mgit.create('finetune', {
      parents: [one[1] ?? ''],
      data: ['writers'],
      device: 'wasm',
      args: { epochs: 1, batchSize: 64 },
      name: 'corrected',
      asVersion: true,
    });
    const cascade = { old: one[1] ?? '', new: 'corrected', device: 'wasm' } as const;
    return { report: await mgit.cascade.run(cascade), first: one };
  });
  expect(report).toMatchObject({ made: 5, failed: 0, rejected: 0, finished: true });
  const { parents } = await named(page);
  const [average = [], round = []] = report.state.plan.items.map(({ models }) =>
    models.map(({ name }) => name),
  );
  expect(average).toEqual([`${first.at(-1) ?? ''}@2`]);
  expect(parents(average[0] ?? '')).toEqual([first[0], 'corrected', first[2]].sort());
  expect(round).toHaveLength(4);
  expect(round.filter((name) => parents(name).includes(average[0] ?? ''))).toHaveLength(3);
  await page.evaluate(() => mgit.undo());
  expect((await named(page)).nodes).not.toContain(average[0]);
  expect(await brokenInvariants(page)).toEqual([]);
});
