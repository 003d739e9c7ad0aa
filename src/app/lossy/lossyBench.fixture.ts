import { stepCounter } from './stepCounter.ts';
import { stepsCodec } from '../../codecs/steps/stepsCodec.ts';
import { perceptron } from '../../compute/training.fixture.ts';
import type { NodeId, TestId } from '../../core/ids.ts';
import { literal, numbersOf } from '../../core/network/literal.ts';
import type { Literal, Network } from '../../core/network/network.ts';
import type { ModelTest } from '../../core/modelTests/modelTest.ts';
import { parentModel } from '../create/parentModel.ts';
import { noRun } from '../import/importModels.fixture.ts';
import { modelTest, modelTestBench } from '../modelTests/modelTestBench.fixture.ts';
import { functionOf } from '../functions/registry.ts';
import type { Judge } from '../modelTests/testSubject.ts';
import type { LossyOrder, LossyResult } from '../../core/lossyViews.ts';
import { makeLossy } from './makeLossy.ts';
import { lossyService } from './lossyService.ts';

/** The network with normal noise on every weight. */
export function drifted(network: Network, deviation: number, seed: number): Network {
  let state = seed;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return ((state ^ (state >>> 15)) >>> 0) / 2 ** 32;
  };
  const normal = () =>
    deviation * Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const initializers = new Map(
    [...network.initializers].map(([name, value]) => [
      name,
      literal(
        'f32',
        value.shape,
        numbersOf(value).map((number) => number + normal()),
      ),
    ]),
  );
  return { ...network, initializers };
}

/**
 * Judges by how far a model's weights are from some others: as the loss of a classification, `w1` counting
 * a hundred times.
 */
export function judgeByDistance(values: ReadonlyMap<string, Literal>, onRun: () => void): Judge {
  return async (test, subject) => {
    onRun();
    let loss = 1;
    const found = await subject.model.values([...values.keys()]);
    for (const [name, before] of values) {
      const after = found.get(name);
      const now = after === undefined ? [] : numbersOf(after);
      const sum = numbersOf(before).reduce(
        (all, value, i) => all + Math.abs(value - (now[i] ?? NaN)),
        0,
      );
      loss += ((name === 'w1' ? 100 : 1) * sum) / numbersOf(before).length;
    }
    return {
      test: test.id,
      testVersion: 1,
      functionVersion: 1,
      snapshot: subject.model.node.snapshot,
      verdict: 'measured',
      metrics: { loss },
      backend: 'none',
      at: 0,
      ms: 0,
    };
  };
}

/** Three generations of a perceptron that drifts, data for it, and the use cases of lossy models. */
export async function lossyBench() {
  const bench = await modelTestBench();
  const ports = { ...bench.ports, functionOf };
  const network = perceptron(2000);
  const child = drifted(network, 3e-4, 1);
  const grandchild = drifted(child, 3e-4, 2);
  const parents: NodeId[] = [];
  const add = async (name: string, of: Network): Promise<NodeId> => {
    const id = await bench.importNetwork(name, of);
    const from = parents.at(-1);
    if (from !== undefined)
      await ports.session.commit(() => ({
        kind: 'connect',
        title: 'connected',
        changes: [{ of: 'edge', after: { kind: 'provenance', from, to: id, grade: 'declared' } }],
      }));
    parents.push(id);
    return id;
  };
  const ids = {
    parent: await add('parent', network),
    child: await add('child', child),
    grandchild: await add('grandchild', grandchild),
  };
  return {
    ...bench,
    ports,
    ...ids,
    service: lossyService(ports, stepsCodec),
    /** Makes the child lossy, judged by how far it goes from what it was. */
    judged: async (order: Partial<LossyOrder>, onRun = () => undefined): Promise<LossyResult> => {
      const judge = judgeByDistance(child.initializers, onRun);
      const lossyPorts = {
        ...ports,
        judge,
        steps: stepsCodec,
        countSteps: stepCounter(ports.compute, ports.now),
      };
      const whole = {
        nodes: [ids.child],
        quantiser: 'per tensor',
        epsilon: 0.1,
        ...order,
      } as const;
      const [result] = (await makeLossy(lossyPorts, whole, noRun)).results;
      if (result === undefined) throw new Error('no result');
      return result;
    },
    snapshots: async () =>
      [...(await ports.session.lineage()).nodes.values()].map(({ snapshot }) => snapshot),
    values: async (id: NodeId, tensor: string) => {
      const value = (await (await parentModel(ports, id, noRun)).values([tensor])).get(tensor);
      return value === undefined ? [] : [...numbersOf(value)];
    },
    addTest: async (change: Partial<ModelTest> = {}) => {
      const test = modelTest({
        id: `test ${change.name ?? ''}` as TestId,
        name: 'reads points',
        function: 'classification',
        data: bench.data,
        ...change,
      });
      await ports.session.commit(() => ({
        kind: 'add-test',
        title: 'added a test',
        changes: [{ of: 'test', after: test }],
      }));
      return test;
    },
  };
}
