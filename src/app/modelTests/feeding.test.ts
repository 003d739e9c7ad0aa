import { describe, expect, it } from 'vitest';
import { datasetOf } from '../../core/lineage/editDatasets.ts';
import type { DataUse } from '../../core/data/dataUse.ts';
import type { NodeId } from '../../core/ids.ts';
import { splitRows } from '../../core/data/splitRows.ts';
import { knownUse } from '../data/proposeUse.ts';
import { noRun } from '../import/importModels.fixture.ts';
import { modelTest, modelTestBench } from './modelTestBench.fixture.ts';
import { testBoard } from './testBoard.ts';

/** A bench with the base's use of the points, split half and half by another seed. */
async function usedBench() {
  const bench = await modelTestBench();
  const { ports, points, base, subject } = bench;
  const record = datasetOf(await ports.session.lineage(), points);
  const { snapshot, name, reading } = record;
  const { examples, summary } = await ports.dataCache.read(ports, snapshot, reading, noRun);
  const network = await (await subject(base)).model.network();
  const proposed = knownUse(
    network,
    { dataset: snapshot, name, reading, examples, summary },
    undefined,
  );
  const use: DataUse = {
    ...proposed,
    split: { train: 0.4, validation: 0.1, test: 0.5, seed: 77, stratified: false },
  };
  const labels = examples.columns.find((column) => column.name === 'kind');
  if (labels === undefined) throw new Error('no labels');
  const finetune = async (parent: NodeId, data: DataUse, name: string) => {
    const { models } = await bench.create({
      function: 'finetune',
      parents: [parent],
      arguments: { epochs: 1 },
      data: [data],
      name,
    });
    const id = models[0]?.id;
    if (id === undefined) throw new Error('nothing was made');
    return id;
  };
  /** A model that lies below another by an edge that a person drew. */
  const below = async (parent: NodeId, id: NodeId) => {
    await ports.session.commit(() => ({
      kind: 'connect',
      title: 'edge',
      changes: [
        { of: 'edge', after: { kind: 'provenance', from: parent, to: id, grade: 'declared' } },
      ],
    }));
  };
  return { ...bench, use, examples, finetune, below };
}

describe('a test’s data', () => {
  it('is of the part that the model’s own recipe held back from its training', async () => {
    const { use, examples, finetune, base, run, data, ports } = await usedBench();
    const id = await finetune(base, use, 'tuned');
    const held = splitRows(examples, use.split, undefined).test;
    const test = modelTest({ function: 'classification', data: { ...data, part: 'test' } });
    const result = await run(test, id);
    expect(result.details?.fed).toBe('recipe');
    expect(result.examples).toBe(held.length);
    expect(held.length).toBe(45);
    // Not any 45: the loss is that of the report of the training on the very rows.
    const reported = (await ports.session.lineage()).nodes.get(id)?.outcome?.test?.loss;
    expect(reported).toBeDefined();
    expect(result.metrics['loss']).toBeCloseTo(reported ?? NaN, 5);
  });

  it('is split for a descendant as its ancestor’s recipe says', async () => {
    const { use, finetune, base, run, data, importNetwork, below, subject } = await usedBench();
    const tuned = await finetune(base, use, 'tuned');
    const network = await (await subject(base)).model.network();
    const child = await importNetwork('child', network);
    const test = modelTest({ function: 'classification', data: { ...data, part: 'test' } });
    expect(await run(test, child)).toMatchObject({ examples: 9, details: { fed: 'proposal' } });
    await below(tuned, child);
    expect(await run(test, child)).toMatchObject({ examples: 45, details: { fed: 'ancestor' } });
  });

  it('keeps results of one content apart where recipes feed it differently', async () => {
    const { use, finetune, base, run, data, importNetwork, below, subject, ports } =
      await usedBench();
    const network = await (await subject(base)).model.network();
    const other = { ...use, split: { ...use.split, seed: 78 } };
    const tuned = await finetune(base, use, 'tuned');
    const differently = await finetune(base, other, 'tuned differently');
    const one = await importNetwork('one', network);
    // Snapshots hold the files' names: models of one content are nodes of one import.
    const [two, same] = ['two', 'same'] as [NodeId, NodeId];
    await ports.session.commit((now) => {
      const node = now.nodes.get(one);
      if (node === undefined) throw new Error('no model');
      const copy = (id: NodeId) => ({ of: 'node' as const, after: { ...node, id, name: id } });
      return { kind: 'add', title: 'copies', changes: [copy(two), copy(same)] };
    });
    await below(tuned, one);
    await below(differently, two);
    await below(tuned, same);
    const { nodes } = await ports.session.lineage();
    expect(nodes.get(one)?.snapshot).toBe(nodes.get(two)?.snapshot);
    const test = modelTest({ function: 'classification', data: { ...data, part: 'test' } });
    await ports.session.commit(() => ({
      kind: 'add-test',
      title: 'test',
      changes: [{ of: 'test', after: test }],
    }));
    const first = await run(test, one);
    const board = await testBoard(ports);
    const found = board.results.map(({ node }) => node);
    expect(found).toContain(same);
    expect(found).not.toContain(two);
    const second = await run(test, two);
    expect(second.metrics['loss']).not.toBe(first.metrics['loss']);
    expect(await run(test, same)).toEqual(first);
    expect(await run(test, one)).toEqual(first);
  });
});
