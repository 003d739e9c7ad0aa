import type { Page } from 'playwright/test';
import { openDigits } from './digits.ts';

/** Models, versions and parents, by name. */
export const named = async (page: Page) => {
  const { nodes, edges } = await page.evaluate(() => mgit.graph());
  const name = (id: string) => nodes.find((node) => node.id === id)?.name ?? '';
  return {
    nodes: nodes.map((node) => node.name).sort(),
    rejected: nodes.filter(({ tags }) => tags.includes('rejected')).map((node) => node.name),
    snapshots: Object.fromEntries(nodes.map((node) => [node.name, node.snapshot])),
    versions: edges
      .filter(({ kind }) => kind === 'version')
      .map(({ from, to }) => `${name(from)} → ${name(to)}`)
      .sort(),
    parents: (child: string) =>
      edges
        .filter(({ kind, to }) => kind === 'provenance' && name(to) === child)
        .map(({ from }) => name(from))
        .sort(),
  };
};

/**
 * The digits model with two finetuned children and their average, a pruned child of one and its half
 * precision, a new version of the digits model, and tests: one that all pass, one that the new pruned model
 * cannot, as it must answer as the old one does.
 */
export async function digitsFamily(page: Page): Promise<void> {
  await openDigits(page);
  await page.evaluate(async () => {
    const trained = { data: ['writers'], device: 'wasm' } as const;
    const finetune = (parent: string, name: string, seed: number, asVersion: boolean) =>
      mgit.create('finetune', {
        parents: [parent],
        ...trained,
        args: { epochs: 1, batchSize: 64 },
        name,
        seed,
        asVersion,
      });
    await finetune('digits', 'left', 1, false);
    await finetune('digits', 'right', 2, false);
    await mgit.create('linear-average', { parents: ['left', 'right'], name: 'both' });
    await mgit.create('prune', { parents: ['left'], name: 'pruned', args: { sparsity: 0.6 } });
    await mgit.create('quantise-fp16', { parents: ['pruned'], name: 'half' });
    await finetune('digits', 'digits-2', 3, true);
  });
  await bindTests(page);
}

function bindTests(page: Page): Promise<void> {
  return page.evaluate(async () => {
    const pruned = (await mgit.graph()).nodes.find(({ name }) => name === 'pruned');
    if (pruned === undefined) throw new Error('no pruned model');
    await mgit.saveTest({
      name: 'Reads digits',
      function: 'classification',
      data: 'writers',
      bindings: [{ is: 'all' }],
      success: [{ metric: 'accuracy', is: 'at-least', value: 0.5 }],
      tolerances: {
        accuracy: { is: 'absolute', value: 1 },
        loss: { is: 'absolute', value: 100 },
      },
    });
    await mgit.saveTest({
      name: 'Answers as before',
      function: 'agreement',
      arguments: { with: 'model', model: 'pruned' },
      data: 'writers',
      bindings: [{ is: 'node', node: pruned.id, descendants: false }],
      success: [],
    });
  });
}
