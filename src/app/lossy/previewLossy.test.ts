import { describe, expect, it } from 'vitest';
import { stepsCodec } from '../../codecs/steps/stepsCodec.ts';
import { encodeNumbers } from '../../core/network/encodeNumbers.ts';
import { bytesSource } from '../create/bytesSource.ts';
import { madeCandidate } from '../create/madeCandidate.ts';
import { judgeOf } from '../modelTests/judge.ts';
import { noRun } from '../import/importModels.fixture.ts';
import { lossyBench } from './lossyBench.fixture.ts';
import { openLossy } from './openLossy.ts';
import { samplePoint } from './samplePoint.ts';

const epsilons = [1e-5, 1e-4, 1e-3] as const;

describe('a preview of lossy models', () => {
  it('gives for each ε what making it would take, and makes nothing', async () => {
    const bench = await lossyBench();
    await bench.addTest();
    const before = await bench.ports.content.totals();
    const options = epsilons.map((epsilon) => ({ quantiser: 'mgit', epsilon }) as const);
    const [curve] = await bench.service.previewLossy({ nodes: [bench.child], options, tests: true }, noRun); // prettier-ignore
    const points = curve?.points ?? [];
    const sizes = points.map(({ lossyBytes }) => lossyBytes);
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    expect(points.map(({ estimated }) => estimated)).toEqual([false, false, false]);
    for (const [i, { maxError, meanError, passes, tests }] of points.entries()) {
      expect(maxError).toBeLessThanOrEqual(Math.log(1 + (epsilons[i] ?? 0)) + 3e-7);
      expect(meanError).toBeLessThan(maxError);
      expect(passes).toBe(tests.every(({ worse }) => !worse));
      expect(tests.length).toBeGreaterThan(0);
    }
    expect((await bench.ports.content.totals()).storedBytes).toBe(before.storedBytes);
    const order = { nodes: [bench.child], quantiser: 'mgit', epsilon: 1e-4 } as const;
    const [made] = (await bench.service.makeLossy(order, noRun)).results;
    expect(made?.is === 'made' && made.receipt.lossyBytes).toBe(points[1]?.lossyBytes);
  });

  it('runs no test unless it is asked to, and needs none', async () => {
    const bench = await lossyBench();
    const options = [{ quantiser: 'per tensor', epsilon: 0.01 }] as const;
    const curves = await bench.service.previewLossy({ nodes: [bench.parent, bench.child], options }, noRun); // prettier-ignore
    expect(curves.map(({ base }) => base)).toEqual([undefined, bench.parent]);
    // Without a parent the weights themselves are rounded.
    const [alone, changed] = curves.map(({ points }) => points[0]);
    expect(alone?.lossyBytes).toBeLessThan((alone?.rawBytes ?? 0) / 3);
    expect(changed?.lossyBytes).toBeLessThan(alone?.lossyBytes ?? 0);
    expect(alone?.tests).toEqual([]);
    expect(alone?.passes).toBeUndefined();
  });

  it('estimates large models from samples, and says so', async () => {
    const bench = await lossyBench();
    const ports = {
      ...bench.ports,
      judge: judgeOf(bench.ports),
      steps: stepsCodec,
      countSteps: () => Promise.resolve(undefined),
    };
    const open = await openLossy(ports, bench.child, noRun);
    const options = { quantiser: 'mgit', epsilon: 1e-4 } as const;
    const point = await samplePoint(ports, open, options);
    const [curve] = await bench.service.previewLossy({ nodes: [bench.child], options: [options] }, noRun); // prettier-ignore
    expect(point.estimated).toBe(true);
    expect(point).toEqual({ ...curve?.points[0], estimated: true });
  });

  it('shows that MGit’s step does nothing to half precision, and leaves integers alone', async () => {
    const bench = await lossyBench();
    const file = async (name: string, seed: number) => {
      const values = Array.from({ length: 4000 }, (_, i) => 0.5 + ((i * seed) % 401) / 900);
      const tensors = new Map([
        ['weight', encodeNumbers('f16', [40, 100], values)],
        [
          'count',
          encodeNumbers(
            'i32',
            [40],
            values.slice(0, 40).map((_, i) => i * seed),
          ),
        ],
      ]);
      const made = { is: 'tensors', tensors, metadata: {} } as const;
      const [source] = (await madeCandidate(bench.ports, name, made)).files;
      if (source === undefined) throw new Error('no file');
      const bytes = await source.read(0, source.sizeBytes);
      const report = await bench.importFiles([bytesSource(`${name}.safetensors`, bytes)], { infer: false }); // prettier-ignore
      const id = report.models[0]?.id;
      if (id === undefined) throw new Error('not imported');
      return id;
    };
    const [from, to] = [await file('half', 37), await file('half-2', 39)];
    await bench.ports.session.commit(() => ({
      kind: 'connect',
      title: 'connected',
      changes: [{ of: 'edge', after: { kind: 'provenance', from, to, grade: 'declared' } }],
    }));
    const options = [{ quantiser: 'mgit', epsilon: 1e-4 }] as const;
    const [curve] = await bench.service.previewLossy({ nodes: [to], options }, noRun);
    const [point] = curve?.points ?? [];
    const why = new Map(point?.exactTensors.map((each) => [each.name, each.why]));
    expect(why.get('count')).toBe('its numbers are not floats');
    expect(point?.maxError).toBe(0);
  });
});
