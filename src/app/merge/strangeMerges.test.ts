import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NodeId } from '../../core/ids.ts';
import { dataOf } from '../../core/lineage/lineage.ts';
import { literal } from '../../core/network/literal.ts';
import type { Literal } from '../../core/network/network.ts';
import type { Run } from '../../core/ports/run.ts';
import { bytesSource } from '../create/bytesSource.ts';
import { joinPieces } from '../create/joinPieces.ts';
import { call, only, tensorsParent, valuesOf } from '../functions/makeContext.fixture.ts';
import { merge } from '../functions/merge.ts';
import { functionOf } from '../functions/registry.ts';
import { noRun } from '../import/importModels.fixture.ts';
import { judgeOf } from '../modelTests/judge.ts';
import { modelTest, modelTestBench } from '../modelTests/modelTestBench.fixture.ts';
import { parentModel } from '../create/parentModel.ts';
import { streamOf } from '../streamOf.ts';
import { mergeBench, nudged } from './mergeBench.fixture.ts';
import { mergeModels, previewMerge } from './mergeModels.ts';
import { planMerge } from './planMerge.ts';

type Tensors = readonly (readonly [string, Literal])[];

/** A file of weights alone as the child of some models. */
async function stateDict(
  bench: Awaited<ReturnType<typeof mergeBench>>,
  name: string,
  tensors: Tensors,
  of: readonly NodeId[],
): Promise<NodeId> {
  const entries = tensors.map(([each, { dtype, shape }], payload) => ({ name: each, dtype, shape, payload, role: 'weight' as const })); // prettier-ignore
  const { bytes, sizeBytes } = bench.ports.formats.toSafetensors(`${name}.safetensors`, entries, {}, {
    payload: (index) => streamOf(tensors[index]?.[1].bytes ?? new Uint8Array()),
    literals: () => streamOf(new Uint8Array()),
  }); // prettier-ignore
  const file = bytesSource(`${name}.safetensors`, await joinPieces(bytes, sizeBytes));
  const { models } = await bench.importFiles([file], { infer: false });
  const id = models[0]?.id;
  if (id === undefined) throw new Error('not imported');
  await bench.ports.session.commit(() => ({
    kind: 'connect',
    title: 'connected',
    changes: of.map((from) => ({
      of: 'edge',
      after: { kind: 'version', from, to: id, grade: 'declared' },
    })),
  }));
  return id;
}

const dict = (a: number, b: number): Tensors => [
  ['a.weight', literal('f32', [2, 2], [a, 1, 2, 3])],
  ['b.weight', literal('f32', [2, 2], [b, 4, 5, 6])],
];

describe('files of weights alone', () => {
  test('may always depend on each other, and merge once accepted', async () => {
    const bench = await mergeBench();
    const base = await stateDict(bench, 'base', dict(0, 0), []);
    const x = await stateDict(bench, 'x', dict(9, 0), [base]);
    const y = await stateDict(bench, 'y', dict(0, 7), [base]);
    const plan = await planMerge(bench.ports, { x, y }, noRun);
    expect(plan.verdict).toBe('possible-conflict');
    expect(plan.warnings.join()).toContain('file of weights alone');
    const { node } = await mergeModels(bench.ports, { x, y, accept: true }, noRun);
    expect(await bench.values(node, 'a.weight')).toEqual([9, 1, 2, 3]);
    expect(await bench.values(node, 'b.weight')).toEqual([7, 4, 5, 6]);
  });
});

describe('a merge that is stopped', () => {
  test('stores nothing, whenever it is', async () => {
    const bench = await mergeBench();
    const base = await bench.version('base', bench.base);
    const x = await bench.version('x', nudged(bench.base, { 'headA.weight': 1 }), [base]);
    const y = await bench.version('y', nudged(bench.base, { 'headB.weight': 1 }), [base]);
    const count = async () => dataOf(await bench.ports.session.lineage()).nodes.length;
    const before = await count();
    let stopped = 0;
    for (let looks = 0; looks < 40; looks += 3) {
      let left = looks;
      const aborted = new DOMException('stopped', 'AbortError');
      const signal: Run['signal'] = {
        get aborted() {
          return left <= 0;
        },
        throwIfAborted() {
          if (left-- <= 0) throw aborted;
        },
      };
      const outcome = await mergeModels(bench.ports, { x, y }, { signal }).catch((error: unknown) => error); // prettier-ignore
      if (outcome !== aborted) break;
      stopped += 1;
      expect(await count()).toBe(before);
      expect(await bench.ports.log.pendingImports()).toEqual([]);
    }
    expect(stopped).toBeGreaterThan(2);
  });
});

describe('merging by tensor names alone', () => {
  const parent = (name: string, w: number, v: number) =>
    tensorsParent(name, new Map([['w', literal('f32', [1], [w])], ['v', literal('f32', [1], [v])]])); // prettier-ignore

  test('takes what one side changed, and stops where both did', async () => {
    const [x, y, base] = [parent('x', 1, 0), parent('y', 0, 2), parent('b', 0, 0)];
    const model = only(await call(merge, [x, y, base]));
    expect(valuesOf(model, 'v')).toEqual([2]);
    expect(model.file).toMatchObject({ of: x });
    const other = only(await call(merge, [x, y, base], { carrier: 'y' }));
    expect(valuesOf(other, 'w')).toEqual([1]);
    const both = call(merge, [x, parent('y', 2, 0), base]);
    await expect(both).rejects.toMatchObject({ code: 'merge-conflict', data: { layers: ['w'] } });
  });

  test('never loses an undisputed change, and does not depend on which side is which', async () => {
    const value = fc.integer({ min: 0, max: 2 });
    await fc.assert(
      fc.asyncProperty(value, value, value, value, async (xw, xv, yw, yv) => {
        fc.pre((xw === 0 || yw === 0 || xw === yw) && (xv === 0 || yv === 0 || xv === yv));
        const [x, y, base] = [parent('x', xw, xv), parent('y', yw, yv), parent('b', 0, 0)];
        for (const sides of [[x, y, base], [y, x, base]]) {
          const { file } = only(await call(merge, sides));
          if (file.is !== 'weights') throw new Error('no weights');
          const own = await file.of.values(['w', 'v']);
          const found = ['w', 'v'].map((name) => file.tensors.get(name) ?? own.get(name));
          const wanted = [Math.max(xw, yw), Math.max(xv, yv)];
          expect(found).toEqual(wanted.map((each) => literal('f32', [1], [each])));
        }
      }), // prettier-ignore
    );
  });

  test.each([
    ['{', 'it is not JSON'],
    ['{}', 'a list of choices'],
    ['[{"layer": "w", "method": {"is": "both"}, "tensors": ["w"]}]', 'choice 1'],
    ['[{"layer": "w", "method": {"is": "ties", "density": 2, "scale": 1}, "tensors": []}]', 'density'],
    ['[{"layer": "w", "method": {"is": "x"}, "tensors": [1]}]', '`tensors`'],
    ['[{"layer": "w", "method": {"is": "x"}, "tensors": ["u"]}]', 'has no u'],
  ])('refuses the choices %s', async (choices, reason) => {
    const parents = [parent('x', 1, 0), parent('y', 0, 2), parent('b', 0, 0)];
    const error = await call(merge, parents, { choices }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'recipe-invalid' });
    expect(JSON.stringify(error)).toContain(reason.replaceAll('"', '\\"'));
  }); // prettier-ignore
});

describe('a merge judged by tests of record', () => {
  test('is measured without being stored', async () => {
    const bench = await modelTestBench();
    const { ports, base } = bench;
    const network = await (await parentModel(ports, base, noRun)).network();
    const names = [...network.initializers.keys()];
    const side = async (name: string, tensor: string | undefined) => {
      const id = await bench.importNetwork(name, nudged(network, { [tensor ?? '']: 0.01 }));
      await ports.session.commit(() => ({
        kind: 'connect',
        title: 'connected',
        changes: [{ of: 'edge', after: { kind: 'provenance', from: base, to: id, grade: 'declared' } }],
      })); // prettier-ignore
      return id;
    };
    const [x, y] = [await side('x', names[0]), await side('y', names.at(-1))];
    await ports.session.commit(() => ({
      kind: 'add-test',
      title: 'added a test',
      changes: [{ of: 'test', after: modelTest() }],
    }));
    const merging = { ...ports, functionOf, judge: judgeOf(ports), metricsOf: () => [] };
    const preview = await previewMerge(merging, { x, y }, noRun);
    expect(preview).toMatchObject({ accepted: true, tests: 1 });
    expect(preview.results[0]?.verdict).not.toBe('error');
    const report = await mergeModels(merging, { x, y }, noRun);
    expect(report.preview?.accepted).toBe(true);
  });
});
