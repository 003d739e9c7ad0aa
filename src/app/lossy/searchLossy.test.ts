import { describe, expect, it } from 'vitest';
import { noRun } from '../import/importModels.fixture.ts';
import { lossyBench } from './lossyBench.fixture.ts';

/** How far the loss may go up before it counts as worse. */
const losses = (value: number) => ({ loss: { is: 'absolute', value } }) as const;

describe('lossy models and their tests', () => {
  it('are refused where no test is bound, before anything is made', async () => {
    const bench = await lossyBench();
    await bench.addTest({ bindings: [{ is: 'node', node: bench.child, descendants: false }] });
    const order = { nodes: [bench.child, bench.parent], quantiser: 'mgit', epsilon: 1e-4 } as const;
    await expect(bench.service.makeLossy(order, noRun)).rejects.toMatchObject({
      code: 'lossy-refused',
      data: { node: 'parent' },
    });
    expect((await bench.ports.session.lineage()).nodes.size).toBe(4);
    await expect(bench.judged({ epsilon: 0 })).rejects.toMatchObject({ code: 'recipe-invalid' });
    await expect(bench.judged({ epsilon: NaN })).rejects.toMatchObject({ code: 'recipe-invalid' });
  });

  it('are refused where the tests cannot be run on the original', async () => {
    const bench = await lossyBench();
    await bench.addTest({ function: 'gone' });
    const order = { nodes: [bench.child], quantiser: 'mgit', epsilon: 1e-4 } as const;
    await expect(bench.service.makeLossy(order, noRun)).rejects.toMatchObject({
      code: 'lossy-refused',
    });
  });

  it('are rejected with the numbers, and nothing is stored, where a test gets worse', async () => {
    const bench = await lossyBench();
    await bench.addTest({ tolerances: losses(0) });
    const before = await bench.ports.content.totals();
    const result = await bench.judged({ epsilon: 1, ifWorse: 'reject' });
    if (result.is !== 'rejected') throw new Error('made');
    expect(result.because[0]).toMatch(/^reads points: Loss \S+ → \S+ \(tolerance 0\)$/);
    expect(result.point.passes).toBe(false);
    expect(result.point.tests.some(({ worse }) => worse)).toBe(true);
    expect(await bench.ports.content.totals()).toEqual(before);
    expect((await bench.ports.session.lineage()).nodes.size).toBe(4);
    expect(await bench.ports.log.pendingImports()).toEqual([]);
  });

  it('get a smaller ε until the tests pass, the largest that does', async () => {
    const bench = await lossyBench();
    await bench.addTest({ tolerances: losses(0.005) });
    const rejected = await bench.judged({ epsilon: 2, ifWorse: 'reject' });
    expect(rejected.is).toBe('rejected');
    const result = await bench.judged({ epsilon: 2, ifWorse: 'smaller' });
    if (result.is !== 'made') throw new Error(JSON.stringify(result));
    const { options, tests } = result.receipt;
    expect(Math.log2(2 / options.epsilon) % 1).toBe(0);
    expect(tests.every(({ worse }) => !worse)).toBe(true);
    const larger = await bench.judged({ epsilon: 2 * options.epsilon, ifWorse: 'reject' });
    expect(larger.is).toBe('rejected');
  });

  it('leave out the tensors that cost the tests most', async () => {
    const bench = await lossyBench();
    await bench.addTest({ tolerances: losses(0.005) });
    const result = await bench.judged({ epsilon: 1, ifWorse: 'exclude' });
    if (result.is !== 'made') throw new Error(JSON.stringify(result));
    const left = result.receipt.exactTensors.filter(({ why }) => why.includes('test'));
    expect(left.length).toBeGreaterThan(0);
    expect(result.receipt.steps.length).toBeGreaterThan(0);
    const [name = ''] = left.map((each) => each.name);
    expect(await bench.values(result.node, name)).toEqual(await bench.values(bench.child, name));
  });

  it('grow by tensor where that is asked for, as far as the tests allow', async () => {
    const bench = await lossyBench();
    await bench.addTest({ tolerances: losses(0.005) });
    const usual = await bench.judged({ epsilon: 1e-4, ifWorse: 'reject' });
    const refined = await bench.judged({ epsilon: 1e-4, ifWorse: 'reject', refine: true });
    if (usual.is !== 'made' || refined.is !== 'made') throw new Error('rejected');
    expect(refined.receipt.lossyBytes).toBeLessThan(usual.receipt.lossyBytes);
    expect(refined.receipt.tests.every(({ worse }) => !worse)).toBe(true);
    const grown = refined.receipt.steps.map(({ step }, i) => step / (usual.receipt.steps[i]?.step ?? NaN)); // prettier-ignore
    expect(Math.max(...grown)).toBeGreaterThan(1);
  });

  it('run the tests no more often than they may', async () => {
    const bench = await lossyBench();
    await bench.addTest({ tolerances: losses(0) });
    let runs = 0;
    const order = { epsilon: 2, ifWorse: 'smaller', mostRuns: 3 } as const;
    await bench.judged(order, () => {
      runs++;
    });
    // Three, the original, and the file if it came to that.
    expect(runs).toBeLessThanOrEqual(5);
  });
});
