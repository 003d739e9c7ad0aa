import type { NodeId, TestId } from '../../core/ids.ts';
import { LineageError } from '../../core/lineageError.ts';
import { linear } from '../../core/models/layers.ts';
import { modelBuilder } from '../../core/models/modelBuilder.ts';
import { literal, numbersOf } from '../../core/network/literal.ts';
import type { Network } from '../../core/network/network.ts';
import type { Compute } from '../../core/ports/compute.ts';
import type { Metric, ModelTest } from '../../core/modelTests/modelTest.ts';
import { creationBench } from '../create/creationBench.fixture.ts';
import { parentModel } from '../create/parentModel.ts';
import { merge } from '../functions/merge.ts';
import { noRun } from '../import/importModels.fixture.ts';
import type { Judge, TestSubject } from '../modelTests/testSubject.ts';
import type { MergePorts } from './mergePorts.ts';

/** emb → enc → {headA, headB}: tables and layers of four numbers, and two outputs. */
export function twoHeadNetwork(seed = 3): Network {
  const to = modelBuilder('two heads', seed);
  const x = to.input('input', 'f32', ['batch', 4]);
  const emb = to.node('Relu', [linear(to, x, 'emb', 4, 4)]);
  const enc = to.node('Relu', [linear(to, emb, 'enc', 4, 4)]);
  const headA = to.node('Identity', [linear(to, enc, 'headA', 4, 2)]);
  const headB = linear(to, enc, 'headB', 4, 3);
  const network = to.finish(headB, 'b', ['batch', 3]);
  return {
    ...network,
    outputs: [...network.outputs, { name: headA, dtype: 'f32', shape: ['batch', 2] }],
  };
}

/** The network with `by` added to every number of some tensors. */
export function nudged(network: Network, by: Readonly<Record<string, number>>): Network {
  const initializers = new Map(network.initializers);
  for (const [name, amount] of Object.entries(by)) {
    const before = initializers.get(name);
    if (before === undefined) throw new Error(`no tensor ${name}`);
    const values = numbersOf(before).map((value) => value + amount);
    initializers.set(name, literal('f32', before.shape, values));
  }
  return { ...network, initializers };
}

/** The sum of one tensor as a test's only number, better when larger. */
export const sumMetric: Metric = {
  name: 'sum',
  title: 'Sum',
  direction: 'max',
  tolerance: { is: 'absolute', value: 0 },
};

const noCompute = {} as Compute;

export async function sumOf({ model }: TestSubject, tensor: string): Promise<number> {
  const value = (await model.values([tensor])).get(tensor);
  if (value === undefined) throw new Error(`no tensor ${tensor}`);
  return numbersOf(value).reduce((sum, one) => sum + one, 0);
}

/** Judges by the sum of the tensor that a test's notes name. */
export const judgeBySum: Judge = async (test, subject) => ({
  test: test.id,
  testVersion: 1,
  functionVersion: 1,
  snapshot: subject.model.node.snapshot,
  verdict: 'measured',
  metrics: { sum: await sumOf(subject, test.notes) },
  backend: 'none',
  at: 0,
  ms: 0,
});

/** A store in memory on which two children of a base are merged. */
export async function mergeBench() {
  const bench = await creationBench([merge], noCompute);
  const ports: MergePorts = { ...bench.ports, judge: judgeBySum, metricsOf: () => [sumMetric] };
  const base = twoHeadNetwork();
  const values = async (id: NodeId, tensor: string): Promise<number[]> => {
    const found = (await (await parentModel(ports, id, noRun)).values([tensor])).get(tensor);
    if (found === undefined) throw new LineageError('node-missing', { node: tensor });
    return [...numbersOf(found)];
  };
  return {
    ...bench,
    ports,
    base,
    values,
    /** Imports a network as the next version of a model, or as a first one. */
    version: async (name: string, network: Network, of?: readonly NodeId[]): Promise<NodeId> => {
      const id = await bench.importNetwork(name, network);
      await ports.session.commit(() => ({
        kind: 'connect',
        title: 'connected',
        changes: (of ?? []).map((from) => ({
          of: 'edge',
          after: { kind: 'provenance', from, to: id, grade: 'declared' },
        })),
      }));
      return id;
    },
    /** A test of the sum of a tensor, bound to some models. */
    addTest: async (tensor: string, nodes: readonly NodeId[]): Promise<void> => {
      const test: ModelTest = {
        id: `sum of ${tensor}` as TestId,
        name: `sum of ${tensor}`,
        version: 1,
        function: 'sum',
        functionVersion: 1,
        arguments: {},
        bindings: nodes.map((node) => ({ is: 'node', node, descendants: false })),
        success: [],
        tolerances: {},
        notes: tensor,
        createdAt: 0,
      };
      await ports.session.commit(() => ({
        kind: 'add-test',
        title: 'added a test',
        changes: [{ of: 'test', after: test }],
      }));
    },
  };
}
