import { describe, expect, test } from 'vitest';
import { longestName } from '../../core/lineage/editLineage.ts';
import { exportModels } from '../exportModels.ts';
import { noRun } from '../import/importModels.fixture.ts';
import { trainingBench } from './trainingBench.fixture.ts';

describe('names of made models', () => {
  test.each(['a/b', '../up', 'C:\\x', 'what?', 'li\u2028nes', '.', 'ü'.repeat(200), 'CON*'])(
    'as %j give files that can be saved',
    async (name) => {
      const { create, base, ports } = await trainingBench();
      const made = await create({ function: 'prune', parents: [base], name });
      const [model] = made.models;
      if (model === undefined) throw new Error('nothing was made');
      expect(model.name).toBe(name);
      const node = (await ports.session.lineage()).nodes.get(model.id);
      expect(node?.summary.fileName).toMatch(/^[^/\\:*?"<>|\p{C}\p{Zl}]+\.onnx$/u);
      expect(new TextEncoder().encode(node?.summary.fileName).length).toBeLessThan(256);
      const [exported] = await exportModels(ports, [model.id], noRun);
      expect(exported?.files[0]?.name).not.toMatch(/[/\\]/);
    },
  );

  test('are refused before anything is made where a model cannot have them', async () => {
    const { create, base } = await trainingBench();
    for (const name of ['a\nb', 'x'.repeat(longestName + 1)])
      await expect(create({ function: 'prune', parents: [base], name })).rejects.toMatchObject({
        code: 'name-invalid',
      });
  });

  test('stay short enough over many generations, and tell them apart', async () => {
    const { create, base, ports } = await trainingBench();
    let parent = base;
    for (let generation = 0; generation < 30; generation++) {
      const made = await create({ function: 'prune', parents: [parent] });
      parent = made.models[0]?.id ?? parent;
    }
    const names = [...(await ports.session.lineage()).nodes.values()].map(({ name }) => name);
    expect(new Set(names).size).toBe(31);
    expect(Math.max(...names.map(({ length }) => length))).toBeLessThanOrEqual(longestName + 5);
  });

  test('of pruning steps that round alike still make a chain', async () => {
    const { create, base, points, ports } = await trainingBench();
    const made = await create({
      function: 'prune',
      parents: [base],
      data: [points],
      arguments: { recover: true, steps: 12, storeSteps: true, sparsity: 0.1, epochs: 1 },
    });
    expect(made.models).toHaveLength(12);
    const { edges, nodes } = await ports.session.lineage();
    expect(edges.size).toBe(12);
    const parts = made.models.map(({ id }) => nodes.get(id)?.recipe?.part);
    expect(new Set(parts).size).toBe(12);
    expect([...edges.values()].map(({ from }) => from).sort()).toEqual(
      [base, ...made.models.slice(0, -1).map(({ id }) => id)].sort(),
    );
  });
});
