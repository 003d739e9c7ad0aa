import { describe, expect, it } from 'vitest';
import { checkLineageFile } from '../../core/branches/checkLineageFile.ts';
import { addBranch, moveBranch } from '../../core/branches/editBranches.ts';
import type { LineageFile } from '../../core/branchViews.ts';
import type { NodeId } from '../../core/ids.ts';
import { connectNodes } from '../../core/lineage/editLineage.ts';
import type { GraphData } from '../../core/lineage/graph.ts';
import { dataOf } from '../../core/lineage/lineage.ts';
import { removeNodes } from '../../core/lineage/removeNodes.ts';
import type { LineageArchive } from '../../core/ports/lineageArchive.ts';
import { memorySource } from '../../formats/memorySource.fixture.ts';
import { safetensorsFile } from '../../formats/safetensors/safetensors.fixture.ts';
import { memoryPlace, type MemoryPlace } from '../../storage/memory/openMemoryStores.ts';
import { createModels } from '../create/createModels.ts';
import { copyOf, trainingBench } from '../create/trainingBench.fixture.ts';
import { exportModels } from '../exportModels.ts';
import { noRun, testBench, type TestBench } from '../import/importModels.fixture.ts';
import { checkIntegrity } from '../storage/checkIntegrity.ts';
import { undoOperation } from '../undoOperation.ts';
import { adoptLineage, compareLineage } from './adoptLineage.ts';
import { lineageOfBench, nodeNamed } from './lineageFiles.fixture.ts';

/** A model of 4,096 numbers; those of one `base` differ in a few. */
function model(name: string, base: number, ...changes: readonly number[]) {
  const values = Float32Array.from({ length: 4096 }, (_, at) => Math.sin(at * base + base));
  for (const [at, change] of changes.entries()) values[at * 7] = change;
  const header = `{"w":{"dtype":"F32","shape":[64,64],"data_offsets":[0,16384]}}`;
  return memorySource(
    `${name}.safetensors`,
    safetensorsFile(header, new Uint8Array(values.buffer)),
  );
}

async function version(bench: TestBench, from: string, to: string): Promise<void> {
  const [a, b] = [await nodeNamed(bench, from), await nodeNamed(bench, to)];
  const { session } = bench.ports;
  if ((await session.lineage()).edges.has(`version ${a} ${b}`)) return;
  await session.commit((now) =>
    connectNodes(now, { kind: 'version', from: a, to: b, grade: 'declared' }),
  );
}

/** Stores `models` without looking for edges, each a version of the one before. */
async function grow(bench: TestBench, ...models: ReturnType<typeof model>[]): Promise<void> {
  await bench.importFiles(models, { infer: false });
  const names = models.map(({ path }) => path.replace('.safetensors', ''));
  for (const [at, name] of names.entries())
    if (at > 0) await version(bench, names[at - 1] ?? '', name);
}

async function graph({ ports }: Pick<TestBench, 'ports'>): Promise<GraphData> {
  return dataOf(await ports.session.lineage());
}

async function branch(bench: TestBench, name: string, head: string): Promise<void> {
  const id = await nodeNamed(bench, head);
  await bench.ports.session.commit((now) =>
    now.branches.has(name)
      ? moveBranch(now, name, id)
      : addBranch(now, { name, head: id, notes: '', createdAt: 0 }),
  );
}

/** Bytes of every model's files, by name of the model. */
async function allBytes({ ports }: Pick<TestBench, 'ports'>): Promise<Record<string, number[]>> {
  const found: Record<string, number[]> = {};
  for (const { id, name } of (await graph({ ports })).nodes)
    for (const exported of await exportModels(ports, [id], noRun))
      for (const file of exported.files) {
        const bytes: number[] = [];
        for await (const piece of file.bytes) bytes.push(...piece);
        found[`${name}/${file.name}`] = bytes;
      }
  return found;
}

const adopt = (bench: Pick<TestBench, 'ports'>, archive: LineageArchive, models?: NodeId[]) =>
  adoptLineage(bench.ports, archive, models === undefined ? {} : { models }, noRun);

function changed(archive: LineageArchive, change: (file: LineageFile) => LineageFile): LineageArchive {
  const file = checkLineageFile(JSON.parse(JSON.stringify(change(archive.file))), 'changed');
  return { ...archive, file };
} // prettier-ignore

describe('a lineage file', () => {
  it('taken into an empty store gives the equal graph and every byte, and the second time nothing', async () => {
    const ours = await testBench();
    await grow(ours, model('m', 1), model('v2', 1, 5), model('v3', 1, 5, 6));
    await branch(ours, 'production', 'v2');
    const archive = await lineageOfBench(ours);
    const theirs = await testBench();
    const report = await adopt(theirs, archive);
    expect(report.skipped).toEqual([]);
    expect(report.added).toHaveLength(3);
    expect(await graph(theirs)).toEqual(await graph(ours));
    expect(await allBytes(theirs)).toEqual(await allBytes(ours));
    expect(await checkIntegrity(theirs.ports, noRun)).toMatchObject({ ok: true, problems: [] });
    const before = await theirs.ports.log.operations();
    const again = await adopt(theirs, archive);
    expect(again).toMatchObject({ added: [], edges: 0, branches: [], forwarded: [], skipped: [] });
    expect(await theirs.ports.log.operations()).toEqual(before);
    expect(await theirs.ports.log.pendingImports()).toEqual([]);
  });

  it('carries recipes and the data they use: what was trained there is replayable here', async () => {
    const { ports, base, points } = await trainingBench();
    const args = { epochs: 1, batchSize: 16, learningRate: 0.05 };
    await createModels(ports, { function: 'finetune', parents: [base], data: [points], arguments: args }, noRun, () => undefined); // prettier-ignore
    const archive = await lineageOfBench({ ports });
    const theirs = await testBench();
    const report = await adopt(theirs, archive);
    expect(report.skipped).toEqual([]);
    expect(await graph(theirs)).toEqual(JSON.parse(JSON.stringify(await graph({ ports }))));
    expect(await checkIntegrity(theirs.ports, noRun)).toMatchObject({ ok: true });
    expect(report.datasets).toHaveLength(1);
    const without: LineageArchive = {
      ...archive,
      sources: (snapshot) =>
        snapshot === archive.file.datasets[0]?.snapshot ? undefined : archive.sources(snapshot),
    };
    const less = await adopt(await testBench(), without);
    expect(less.skipped.map(({ why }) => why).join()).toContain('neither in the file nor here');
    expect(less.added.length).toBe(report.added.length - 1);
  });

  it('exchanged both ways ends in the same union, with the fork of the branch kept and told', async () => {
    const [left, right] = [await testBench(), await testBench()];
    await grow(left, model('m', 1), model('v2', 1, 5));
    await branch(left, 'main', 'v2');
    await adopt(right, await lineageOfBench(left));
    await grow(left, model('v2', 1, 5), model('left3', 1, 5, 8), model('left4', 1, 5, 9));
    await branch(left, 'main', 'left4');
    await grow(right, model('v2', 1, 5), model('right3', 1, 5, 7));
    await branch(right, 'main', 'right3');
    await branch(right, 'side', 'v2');
    const [fromLeft, fromRight] = [await lineageOfBench(left), await lineageOfBench(right)];
    const toLeft = await adopt(left, fromRight);
    const toRight = await adopt(right, fromLeft);
    expect(toLeft).toMatchObject({ branches: ['side'], diverged: [{ name: 'main', theirs: 'theirs/main' }] }); // prettier-ignore
    expect(toLeft.forks).toEqual([
      {
        base: await nodeNamed(left, 'v2'),
        ours: await nodeNamed(left, 'left4'),
        theirs: await nodeNamed(left, 'right3'),
      },
    ]);
    expect(toRight.added.map(({ name }) => name)).toEqual(['left3', 'left4']);
    const [a, b] = [await graph(left), await graph(right)];
    const names = (of: GraphData) => of.nodes.map(({ name, snapshot }) => `${name} ${snapshot}`).sort();
    expect(names(a)).toEqual(names(b));
    const comparison = await compareLineage(left.ports, await lineageOfBench(right));
    expect(comparison.edges).toMatchObject({ ours: 0, theirs: 0 });
    await undoOperation(left.ports.session, left.ports.log, 'undo');
    expect((await graph(left)).nodes).toHaveLength(4);
    expect((await graph(left)).branches.map(({ name }) => name)).toEqual(['main']);
  }); // prettier-ignore

  it('thin, is taken in where the rest is, and says what is missing where it is not', async () => {
    const left = await testBench();
    await grow(left, model('m', 1), model('v2', 1, 5));
    const right = await testBench();
    await adopt(right, await lineageOfBench(left, { models: [await nodeNamed(left, 'm')] }));
    expect((await graph(right)).nodes.map(({ name }) => name)).toEqual(['m']);
    const thin = await lineageOfBench(left, {
      thin: (await graph(right)).nodes.map(({ snapshot }) => snapshot),
    });
    expect(thin.file.content).toHaveLength(1);
    const elsewhere = await adopt(await testBench(), thin);
    expect(elsewhere.skipped).toEqual([{ name: 'm', why: 'its content is neither in the file nor here' }]); // prettier-ignore
    expect(elsewhere.added.map(({ name }) => name)).toEqual(['v2']);
    const report = await adopt(right, thin);
    expect(report).toMatchObject({ edges: 1, skipped: [] });
    expect(await allBytes(right)).toEqual(await allBytes(left));
  });

  it('is not believed: a model whose files are another’s is left out and told', async () => {
    const left = await testBench();
    await grow(left, model('m', 1), model('v2', 1, 5));
    const archive = await lineageOfBench(left);
    const [first, second] = archive.file.content;
    const swapped: LineageArchive = {
      ...archive,
      sources: (snapshot) =>
        archive.sources(snapshot === second?.snapshot ? (first?.snapshot ?? snapshot) : snapshot),
    };
    const right = await testBench();
    const report = await adopt(right, swapped);
    expect(report.added.map(({ name }) => name)).toEqual(['m']);
    expect(report.skipped).toEqual([
      { name: 'v2', why: 'its files are not what the lineage says' },
    ]);
    expect(await checkIntegrity(right.ports, noRun)).toMatchObject({ ok: true });
  });

  it('shows what the graph says of a model from its content, not from the file', async () => {
    const left = await testBench();
    await grow(left, model('m', 1));
    const lying = changed(await lineageOfBench(left), (file) => ({
      ...file,
      nodes: file.nodes.map((node) => ({
        ...node,
        summary: { ...node.summary, parameterCount: 7, layers: 'lies' },
      })),
    }));
    const right = await testBench();
    await adopt(right, lying);
    expect(await graph(right)).toEqual(await graph(left));
  });

  it('does not bring back what was removed here, unless something new needs it', async () => {
    const left = await testBench();
    await grow(left, model('m', 1), model('v2', 1, 5), model('v3', 1, 6));
    const right = await testBench();
    await adopt(right, await lineageOfBench(left, { models: [await nodeNamed(left, 'v2')] }));
    const v2 = await nodeNamed(right, 'v2');
    await right.ports.session.commit((now) => removeNodes(now, [v2], 'detach'));
    const same = await lineageOfBench(left, { models: [v2] });
    expect((await compareLineage(right.ports, same)).matches.find(({ name }) => name === 'v2')).toMatchObject({ is: 'theirs', removed: true }); // prettier-ignore
    expect((await adopt(right, same)).added).toEqual([]);
    const report = await adopt(right, await lineageOfBench(left));
    expect(report.added.map(({ name, restored }) => `${name} ${restored}`)).toEqual([
      'v2 true',
      'v3 false',
    ]);
  });

  it('shows nothing of what a crash interrupted, and taken in again is whole', async () => {
    const left = await testBench();
    await grow(left, model('m', 1), model('n', 2), model('o', 3));
    const archive = await lineageOfBench(left);
    const place = memoryPlace();
    const right = await testBench(place);
    const disks: MemoryPlace[] = [];
    let at = 0;
    const onProgress = () => void disks.push(copyOf(place));
    await adoptLineage({ ...right.ports, now: () => (at += 1000) }, archive, {}, { ...noRun, onProgress }); // prettier-ignore
    expect(disks.length).toBeGreaterThan(5);
    for (const disk of disks) {
      const after = await testBench(disk);
      expect((await graph(after)).nodes).toEqual([]);
      expect(await after.ports.log.pendingImports()).toHaveLength(1);
      expect((await adopt(after, archive)).added).toHaveLength(3);
      expect(await graph(after)).toEqual(await graph(left));
      expect(await checkIntegrity(after.ports, noRun)).toMatchObject({ ok: true, problems: [] });
    }
  });

  it('leaves nothing behind when it is cancelled, and when the disk is full', async () => {
    const left = await testBench();
    await grow(left, model('m', 1), model('n', 2), model('o', 3));
    const archive = await lineageOfBench(left);
    const place = memoryPlace();
    const right = await testBench(place);
    const stop = new AbortController();
    const run = {
      signal: stop.signal,
      onProgress: ({ step }: { readonly step: string }) => {
        if (step.startsWith('Storing')) stop.abort();
      },
    };
    // Progress is told at most ten times a second: at once here.
    let at = 0;
    const ports = { ...right.ports, now: () => (at += 1000) };
    await expect(adoptLineage(ports, archive, {}, run)).rejects.toMatchObject({
      name: 'AbortError',
    });
    const empty = async () => {
      expect((await graph(right)).nodes).toEqual([]);
      expect(await right.ports.log.pendingImports()).toEqual([]);
      expect((await right.ports.content.totals()).chunks).toBe(0);
    };
    await empty();
    place.disk.quotaBytes = place.disk.usedBytes + 20_000;
    await expect(adopt(right, archive)).rejects.toMatchObject({ code: 'quota-exceeded' });
    place.disk.quotaBytes = Infinity;
    await empty();
    expect((await adopt(right, archive)).added).toHaveLength(3);
  });
});
