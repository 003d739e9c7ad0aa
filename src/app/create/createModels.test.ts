import { describe, expect, it } from 'vitest';
import type { NodeId } from '../../core/ids.ts';
import { literal, numbersOf } from '../../core/network/literal.ts';
import type { Compute } from '../../core/ports/compute.ts';
import { mlp } from '../../core/models/mlp.ts';
import { exportModels } from '../exportModels.ts';
import { noRun } from '../import/importModels.fixture.ts';
import { checkIntegrity } from '../storage/checkIntegrity.ts';
import { undoOperation } from '../undoOperation.ts';
import type { CreationFunction, MadeModel } from './creationFunction.ts';
import { creationBench } from './creationBench.fixture.ts';
import { joinPieces } from './joinPieces.ts';
import { parentModel, type ParentPorts } from './parentModel.ts';
import { replayModel } from './replayModel.ts';

/** Adds the seed's part of `amount` to every value of one tensor. */
const nudge: CreationFunction = {
  id: 'nudge',
  version: 1,
  title: 'Nudge',
  summary: 'Moves a tensor.',
  scenario: 'arithmetic',
  parents: { min: 1, max: 1, role: 'base' },
  data: { min: 0, max: 0 },
  schema: {
    amount: {
      is: 'number', default: 0.01, min: -1, max: 1, whole: false, title: 'Amount', help: 'By how much.',
    },
    twice: { is: 'boolean', default: false, title: 'Twice', help: 'Also a second one below it.' },
  }, // prettier-ignore
  unfit: ([parent]) =>
    Promise.resolve(parent?.tensors.length === 0 ? 'it has no tensors' : undefined),
  plan: () => Promise.resolve({ steps: ['Nudge.'], models: ['nudged'], warnings: [], jobs: 0 }),
  async make({ parents, args, environment, seed }) {
    const [parent] = parents;
    if (parent === undefined) throw new Error('no parent');
    const values = await parent.values(['head.weight']);
    const before = values.get('head.weight');
    if (before === undefined) throw new Error('no head');
    const moved = (by: number) =>
      literal(
        'f32',
        before.shape,
        numbersOf(before).map((value) => value + by * seed),
      );
    const made = (name: string, by: number, above: MadeModel['parents']): MadeModel => ({
      name,
      part: name,
      file: { is: 'weights', of: parent, tensors: new Map([['head.weight', moved(by)]]) },
      parents: above,
      environment,
    });
    const amount = args['amount'] as number;
    const first = made('nudged', amount, [{ from: { node: parent.node.id }, role: 'base' }]);
    if (args['twice'] !== true) return [first];
    const above = [{ from: { part: 'nudged' }, role: 'base' }] as const;
    return [made('nudged twice', 2 * amount, above), first];
  },
};

/** A function whose result is another each time. */
let calls = 0;
const drifting: CreationFunction = {
  ...nudge,
  id: 'drifting',
  make: (context) => nudge.make({ ...context, seed: context.seed + (calls += 1) }),
};

const failing: CreationFunction = {
  ...nudge,
  id: 'failing',
  make: () => Promise.reject(new Error('it broke')),
};

const noCompute = {} as Compute;
const network = mlp({ inputs: 64, hidden: [128, 64], classes: 10, seed: 3 });

/** The value at `index` of the last layer's weight. */
async function headValue(ports: ParentPorts, id: NodeId, index: number): Promise<number> {
  const values = await (await parentModel(ports, id, noRun)).values(['head.weight']);
  const weight = values.get('head.weight');
  return weight === undefined ? NaN : (numbersOf(weight)[index] as number);
}

async function bench() {
  const made = await creationBench([nudge, drifting, failing], noCompute);
  const base = await made.importNetwork('base', network);
  return { ...made, base };
}

const one = (report: { readonly models: readonly { readonly id: NodeId }[] }) => {
  const id = report.models[0]?.id;
  if (id === undefined) throw new Error('nothing was made');
  return id;
};

describe('createModels', () => {
  it('stores a child with its recipe and edge, as a small delta of its parent', async () => {
    const { create, base, ports } = await bench();
    const report = await create({ function: 'nudge', parents: [base], seed: 5 });
    const lineage = await ports.session.lineage();
    const child = lineage.nodes.get(one(report));
    expect(child).toMatchObject({
      name: 'nudged',
      recipe: {
        function: 'nudge',
        functionVersion: 1,
        arguments: { amount: 0.01, twice: false },
        seed: 5,
        parents: [{ node: base, role: 'base', snapshot: lineage.nodes.get(base)?.snapshot }],
        environment: { app: 'test 1', backend: 'none' },
      },
    });
    expect([...lineage.edges.values()]).toEqual([
      { kind: 'provenance', from: base, to: child?.id, grade: 'declared', role: 'base' },
    ]);
    // Only head.weight, 640 of 17,226 values, is another.
    expect(report.storedBytes).toBeLessThan(report.rawBytes / 5);
    expect(await checkIntegrity(ports, noRun)).toMatchObject({ ok: true });
  });

  it('writes a file that is the parent’s but for the changed tensor', async () => {
    const { create, base, ports } = await bench();
    const child = one(await create({ function: 'nudge', parents: [base], seed: 2 }));
    const bytes = async (id: NodeId) => {
      const [model] = await exportModels(ports, [id], noRun);
      const file = model?.files[0];
      return file === undefined ? new Uint8Array() : joinPieces(file.bytes, file.sizeBytes);
    };
    const [before, after] = [await bytes(base), await bytes(child)];
    expect(after.length).toBe(before.length);
    const differing = after.filter((byte, i) => byte !== before[i]).length;
    expect(differing).toBeGreaterThan(0);
    expect(differing).toBeLessThanOrEqual(4 * 64 * 10);
    const gap = (await headValue(ports, child, 7)) - (await headValue(ports, base, 7));
    expect(gap).toBeCloseTo(0.02, 6);
  });

  it('joins the models of one call, whatever order they are made in', async () => {
    const { create, base, ports } = await bench();
    const report = await create({
      function: 'nudge', parents: [base], arguments: { twice: true }, asVersion: true,
    }); // prettier-ignore
    const { edges, nodes } = await ports.session.lineage();
    const named = [...edges.values()].map(
      ({ kind, from, to }) => `${kind} ${nodes.get(from)?.name} ${nodes.get(to)?.name}`,
    );
    expect(named.sort()).toEqual([
      'provenance base nudged', 'provenance nudged nudged twice',
      'version base nudged', 'version base nudged twice',
    ]); // prettier-ignore
    const groups = new Set(report.models.map(({ id }) => nodes.get(id)?.recipe?.group));
    expect(groups.size).toBe(1);
    expect([...groups][0]).toBeDefined();
  });

  it('refuses what does not fit, before anything begins', async () => {
    const { create, base, ports } = await bench();
    const refusals = [
      create({ function: 'nudge', parents: [] }),
      create({ function: 'nudge', parents: [base], arguments: { amount: 7 } }),
      create({ function: 'nudge', parents: [base], arguments: { other: 1 } }),
      create({ function: 'nudge', parents: [base], seed: -1 }),
    ];
    for (const refusal of refusals)
      await expect(refusal).rejects.toMatchObject({ code: 'recipe-invalid' });
    const unknown = create({ function: 'none', parents: [base] });
    await expect(unknown).rejects.toMatchObject({ code: 'function-missing' });
    expect(await ports.log.pendingImports()).toEqual([]);
  });

  it('leaves nothing of a making that fails or is cancelled', async () => {
    const { create, base, ports } = await bench();
    const before = await ports.content.totals();
    await expect(create({ function: 'failing', parents: [base] })).rejects.toThrow('it broke');
    let calls = 0;
    for (let at = 1; at < 8; at++) {
      calls = 0;
      const signal = {
        aborted: false,
        throwIfAborted: () => {
          calls += 1;
          if (calls === at) throw new DOMException('', 'AbortError');
        },
      };
      const cancelled = create({ function: 'nudge', parents: [base], seed: 9 }, { signal });
      await cancelled.catch((error: unknown) => {
        expect((error as Error).name).toBe('AbortError');
      });
      if (calls < at) break;
      expect(await ports.content.totals()).toEqual(before);
      expect((await ports.session.lineage()).nodes.size).toBe(1);
      expect(await ports.log.pendingImports()).toEqual([]);
    }
  });

  it('is taken back by one undo', async () => {
    const { create, base, ports } = await bench();
    await create({ function: 'nudge', parents: [base], arguments: { twice: true } });
    await undoOperation(ports.session, ports.log, 'undo');
    const { nodes, edges } = await ports.session.lineage();
    expect([nodes.size, edges.size]).toEqual([1, 0]);
  });
});

describe('replayModel', () => {
  it('grades a model made again with equal bits as re-derived, and stores nothing', async () => {
    const { create, base, ports } = await bench();
    const child = one(await create({ function: 'nudge', parents: [base], seed: 4 }));
    const before = await ports.content.totals();
    const report = await replayModel(ports, child, noRun, () => undefined);
    expect(report).toMatchObject({ regraded: true, grade: { is: 'equal-bits', differing: 0 } });
    const { edges, nodes } = await ports.session.lineage();
    expect([...edges.values()].map((edge) => edge.grade)).toEqual(['re-derived']);
    expect(nodes.size).toBe(2);
    expect((await ports.content.totals()).storedBytes).toBe(before.storedBytes);
    expect(await ports.log.pendingImports()).toEqual([]);
  });

  it('finds a model that does not come out the same', async () => {
    const { create, base, ports } = await bench();
    const child = one(await create({ function: 'drifting', parents: [base] }));
    const report = await replayModel(ports, child, noRun, () => undefined);
    expect(report).toMatchObject({ regraded: false, grade: { is: 'differs', differing: 640 } });
    const { edges } = await ports.session.lineage();
    expect([...edges.values()].map((edge) => edge.grade)).toEqual(['declared']);
  });

  it('has nothing to run for an imported model', async () => {
    const { base, ports } = await bench();
    const replay = replayModel(ports, base, noRun, () => undefined);
    await expect(replay).rejects.toMatchObject({ code: 'recipe-missing' });
  });
});
