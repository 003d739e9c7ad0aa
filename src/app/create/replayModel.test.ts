import { describe, expect, test } from 'vitest';
import { brittleRuntime } from '../../compute/brittleRuntime.fixture.ts';
import { referenceRuntime } from '../../compute/reference/referenceRuntime.ts';
import { openWasm } from '../../compute/runtime/openWasm.ts';
import { testCompute } from '../../compute/training.fixture.ts';
import type { NodeId } from '../../core/ids.ts';
import { encodeNumbers } from '../../core/network/encodeNumbers.ts';
import { literal, scalar } from '../../core/network/literal.ts';
import type { Literal, Network } from '../../core/network/network.ts';
import type { Compute } from '../../core/ports/compute.ts';
import { noRun } from '../import/importModels.fixture.ts';
import { creationBench } from './creationBench.fixture.ts';
import type { CreationFunction } from './creationFunction.ts';
import { replayModel } from './replayModel.ts';
import { trainingBench, type TrainingBench } from './trainingBench.fixture.ts';

const args = { epochs: 3, batchSize: 16, learningRate: 0.05 };

async function finetuned({ create, base, points }: TrainingBench, more = {}) {
  const made = await create({
    function: 'finetune', parents: [base], data: [points], arguments: { ...args, ...more },
  }); // prettier-ignore
  return made.models[0]?.id as NodeId;
}

const replay = (bench: TrainingBench, id: NodeId) =>
  replayModel(bench.ports, id, noRun, () => undefined);

const recipeOf = async (bench: TrainingBench, id: NodeId) =>
  (await bench.ports.session.lineage()).nodes.get(id)?.recipe;

describe('a replay', () => {
  test('of a run that a person ended stops after the same step', async () => {
    const compute = testCompute({ stepsPerRun: 1 });
    let seen = 0;
    const bench = await trainingBench({
      compute,
      checkpointSeconds: 0,
      onCheckpoint: async () => {
        seen++;
        if (seen === 7) await compute.finish(bench.trained[0]?.id ?? '');
      },
    });
    const id = await finetuned(bench);
    const recipe = await recipeOf(bench, id);
    const finishedAt = recipe?.runs?.['finetune']?.finishedAt ?? 0;
    expect(finishedAt).toBeGreaterThan(5);
    expect(finishedAt).toBeLessThan(15);
    const { grade } = await replay(bench, id);
    expect(grade.is).toBe('equal-bits');
    expect(bench.trained[1]).toMatchObject({ finishAt: finishedAt });
  });

  test('of a run that memory made smaller goes through in the same parts', async () => {
    let mostExamples: number | undefined = 8;
    const compute = testCompute({
      stepsPerRun: 1,
      openers: {
        wasm: async () =>
          brittleRuntime(await openWasm(1), {
            get mostExamples() {
              return mostExamples ?? Infinity;
            },
          }),
        reference: () => Promise.resolve(referenceRuntime()),
      },
    });
    // Networks of the fixture feed `points`, which the faults look at.
    const bench = await trainingBench({ compute });
    const id = await finetuned(bench);
    expect((await recipeOf(bench, id))?.runs).toEqual({ finetune: { microBatch: 8 } });
    // It was so from the first step on.
    expect((await recipeOf(bench, id))?.environment.moved).toBeUndefined();
    mostExamples = undefined;
    expect((await replay(bench, id)).grade.is).toBe('equal-bits');
    expect(bench.trained[1]?.settings.microBatch).toBe(8);
  });

  test('of a federated average trains its clients where they were trained', async () => {
    const bench = await trainingBench();
    const { create, base, points } = bench;
    const made = await create({
      function: 'federated-round', parents: [base], data: [points],
      arguments: { ...args, epochs: 1, clients: 2 }, device: 'reference',
    }); // prettier-ignore
    const average = made.models.at(-1)?.id as NodeId;
    expect((await recipeOf(bench, average))?.environment.backend).toBe('reference');
    expect((await replay(bench, average)).grade.is).toBe('equal-bits');
    expect(bench.trained.map(({ device }) => device)).toEqual(Array(4).fill('reference'));
  });

  test('keeps nothing pending while it goes on', async () => {
    let pending = -1;
    const bench = await trainingBench({
      checkpointSeconds: 0,
      onCheckpoint: async () => {
        pending = (await bench.ports.log.pendingImports()).length;
      },
    });
    const id = await finetuned(bench);
    expect(pending).toBe(1);
    await replay(bench, id);
    expect(pending).toBe(0);
  });
});

/** A function that makes what `file` says, another each time. */
function making(files: readonly Network[]): CreationFunction {
  let calls = 0;
  return {
    id: 'making',
    version: 1,
    title: 'Making',
    summary: 'Makes a network.',
    scenario: 'arithmetic',
    parents: { min: 1, max: 1, role: 'base' },
    data: { min: 0, max: 0 },
    schema: {},
    unfit: () => Promise.resolve(undefined),
    plan: () => Promise.resolve({ steps: [], models: ['made'], warnings: [], jobs: 0 }),
    make: ({ environment }) => {
      const network = files[calls++ % files.length] as Network;
      const file = { is: 'network', network, metadata: {} } as const;
      return Promise.resolve([{ name: 'made', file, parents: [], environment }]);
    },
  };
}

function networkOf(weight: Literal, op = 'Relu'): Network {
  const { dtype, shape } = weight;
  return {
    name: 'n',
    opsets: { '': 17 },
    inputs: [{ name: 'x', dtype, shape: [...shape] }],
    outputs: [{ name: 'y', dtype, shape: [...shape] }],
    initializers: new Map([['w', weight]]),
    nodes: [
      { op: 'Add', name: 'add', inputs: ['x', 'w'], outputs: ['s'], attributes: {} },
      { op, name: 'act', inputs: ['s'], outputs: ['y'], attributes: {} },
    ],
  };
}

/** A NaN with other bits than the usual one. */
const strangeNan: Literal = {
  dtype: 'f32', shape: [1], bytes: new Uint8Array([1, 0, 0xc0, 0x7f]),
}; // prettier-ignore
const far = new BigInt64Array([2n ** 53n, 2n ** 53n + 1n]);
const large = (at: number): Literal => {
  return { dtype: 'i64', shape: [1], bytes: new Uint8Array(far.buffer.slice(8 * at, 8 * at + 8)) };
};
const one = literal('f32', [2], [1, 2]);

describe('a replay that comes out otherwise', () => {
  test.each([
    ['one value', networkOf(one), networkOf(literal('f32', [2], [1, 2 + 2 ** -22]))],
    ['the sign of a zero', networkOf(scalar('f32', 0)), networkOf(scalar('f32', -0))],
    [
      'the bits of a NaN',
      networkOf(encodeNumbers('f32', [1], new Float64Array([NaN]))),
      networkOf(strangeNan),
    ],
    ['a whole number beyond 2^53', networkOf(large(0)), networkOf(large(1))],
    ['a shape', networkOf(one), networkOf(literal('f32', [1, 2], [1, 2]))],
    ['an operator', networkOf(one), networkOf(one, 'Tanh')],
  ])('in %s differs', async (_, first, second) => {
    const bench = await creationBench([making([first, second])], {} as Compute);
    const base = await bench.importNetwork('base', networkOf(one));
    const made = await bench.create({ function: 'making', parents: [base] });
    const id = made.models[0]?.id as NodeId;
    const { grade, regraded } = await replayModel(bench.ports, id, noRun, () => undefined);
    expect(grade.is).toBe('differs');
    expect(regraded).toBe(false);
  });

  test('but for the name in its file does not', async () => {
    const [first, second] = [networkOf(one), { ...networkOf(one), name: 'another' }];
    const bench = await creationBench([making([first, second])], {} as Compute);
    const base = await bench.importNetwork('base', networkOf(one));
    const made = await bench.create({ function: 'making', parents: [base] });
    const id = made.models[0]?.id as NodeId;
    const { grade } = await replayModel(bench.ports, id, noRun, () => undefined);
    expect(grade.is).toBe('equal-bits');
  });
});
