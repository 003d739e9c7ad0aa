import { stepsCodec } from '../../codecs/steps/stepsCodec.ts';
import { perceptron } from '../../compute/training.fixture.ts';
import type { NodeId, TestId } from '../../core/ids.ts';
import { literal, numbersOf } from '../../core/network/literal.ts';
import type { Network } from '../../core/network/network.ts';
import type { ModelTest } from '../../core/modelTests/modelTest.ts';
import { parentModel } from '../create/parentModel.ts';
import { noRun } from '../import/importModels.fixture.ts';
import { modelTest, modelTestBench } from '../modelTests/modelTestBench.fixture.ts';
import { functionOf } from '../functions/registry.ts';
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
