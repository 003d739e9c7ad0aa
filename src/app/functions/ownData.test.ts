import { expect, test } from 'vitest';
import { createService } from '../create/createService.ts';
import { replayModel } from '../create/replayModel.ts';
import { trainingBench } from '../create/trainingBench.fixture.ts';
import { predictModels } from '../create/tryModel.ts';
import { noRun } from '../import/importModels.fixture.ts';

const args = { epochs: 1, batchSize: 16 };

test('each model of several tasks knows its own classes', async () => {
  const { create, base, points, ports } = await trainingBench();
  const service = createService(ports);
  const use = await service.proposeUse([base], points);
  const task = (classes: readonly string[], mapped: Record<string, string>) => {
    return { ...use, targets: { logits: { column: 'kind', classes, mapped } } };
  };
  const warmth = task(['cold', 'warm'], { red: 'warm', green: 'cold', blue: 'cold' });
  const primary = task(['no', 'yes'], { red: 'yes', green: 'no', blue: 'yes' });
  const { models } = await create({
    function: 'multi-task', parents: [base], data: [warmth, primary], arguments: args,
  }); // prettier-ignore
  const classes = [];
  for (const { id } of models) {
    const [tried] = await predictModels(ports, [id], { points: { is: 'numbers', values: [0, 0] } }, noRun); // prettier-ignore
    classes.push(tried?.outputs[0]?.classes?.map(({ name }) => name).join());
    expect((await replayModel(ports, id, noRun, () => undefined)).grade.is).toBe('equal-bits');
  }
  expect(classes.sort()).toEqual(['cold,warm', 'no,yes']);
});

test('a client’s recipe says what its share was, and all that a replay needs', async () => {
  const { create, base, points, ports } = await trainingBench();
  const { models } = await create({
    function: 'federated-round', parents: [base], data: [points], arguments: { ...args, clients: 2 },
  }); // prettier-ignore
  const { nodes } = await ports.session.lineage();
  const recipes = models.map(({ id }) => nodes.get(id)?.recipe);
  const shards = recipes.map((recipe) => recipe?.own?.map(({ split }) => split.shard?.index));
  expect(shards).toEqual([[0], [1], undefined]);
  for (const recipe of recipes) expect(recipe?.data[0]?.split.shard).toBeUndefined();
});
