import type { Network } from '../../core/network/network.ts';
import { literal, numbersOf } from '../../core/network/literal.ts';
import { networksOf } from '../checkGradient.fixture.ts';
import { ndArray, type NdArray } from '../evaluate/ndArray.ts';
import { GraphBuilder } from '../graphBuilder.ts';
import { webGpuOperators } from '../webGpuOperators.fixture.ts';
import type { NamedNetwork } from './namedCase.fixture.ts';
import { lossAndStepNetworks } from './lossesAndSteps.fixture.ts';
import { operatorCases } from './operatorCases.fixture.ts';

/** Forward pass and gradients of each case of the table, each loss, each optimiser's step. */
export function everyNetwork(): readonly NamedNetwork[] {
  return [
    ...operatorCases.map(([name, of]): NamedNetwork => {
      const { whole, feeds } = networksOf(of);
      return { name, network: whole, feeds };
    }),
    ...lossAndStepNetworks(),
  ].map((each) => ({
    ...each,
    feeds: new Map([...each.feeds].map(([name, value]) => [name, asStored(value)])),
  }));
}

/** What WebGPU does with 64-bit and 8-bit whole numbers that a run brings: take them as indices, or codes. */
const takesWhole = new Set(
  'Gather GatherElements GatherND ScatterND ScatterElements DequantizeLinear'.split(' '),
);

/** Whether WebGPU has all operators of a network: none falls back to the CPU. */
export function runsOnWebGpu({ network }: NamedNetwork): boolean {
  const b = new GraphBuilder(network.opsets[''] ?? 17);
  for (const [name, tensor] of network.initializers) b.constant(tensor, name);
  for (const { name, dtype, shape } of network.inputs) b.input(name, dtype, shape as number[]);
  for (const node of network.nodes) b.add(node);
  return b.nodes.every(
    ({ op, inputs }) =>
      webGpuOperators.has(op) &&
      (takesWhole.has(op) ||
        inputs.every((name) => {
          if (name === '' || b.known(name).value !== undefined) return true;
          return !['i64', 'i8'].includes(b.dtype(name));
        })),
  );
}

/** With numbers that f32 holds, so that all backends begin with the same ones. */
function asStored(value: NdArray): NdArray {
  if (value.dtype !== 'f32') return value;
  return ndArray('f32', value.shape, numbersOf(literal('f32', value.shape, value.data)));
}

/** Many graphs as one: they share nothing, and creating a session is what takes time. */
export function joined(all: readonly NamedNetwork[]): NamedNetwork {
  const parts = all.map(({ network, feeds }, at) => {
    const own = (name: string) => (name === '' ? '' : `${at}/${name}`);
    const named = <Of extends { readonly name: string }>(info: Of) => ({
      ...info,
      name: own(info.name),
    });
    return {
      inputs: network.inputs.map(named),
      outputs: network.outputs.map(named),
      initializers: [...network.initializers].map(([name, each]) => [own(name), each] as const),
      nodes: network.nodes.map((node) => ({
        ...node,
        name: own(node.name),
        inputs: node.inputs.map(own),
        outputs: node.outputs.map(own),
      })),
      feeds: [...feeds]
        .filter(([name]) => network.inputs.some((input) => input.name === name))
        .map(([name, each]) => [own(name), each] as const),
    };
  });
  return {
    name: all.map(({ name }) => name).join(', '),
    network: {
      name: 'joined',
      opsets: Object.assign({}, ...all.map(({ network }) => network.opsets)) as Network['opsets'],
      inputs: parts.flatMap(({ inputs }) => inputs),
      outputs: parts.flatMap(({ outputs }) => outputs),
      initializers: new Map(parts.flatMap(({ initializers }) => initializers)),
      nodes: parts.flatMap(({ nodes }) => nodes),
    },
    feeds: new Map(parts.flatMap(({ feeds }) => feeds)),
  };
}

/** Name of an output of part `at` in a joined network. */
export function joinedName(at: number, name: string): string {
  return `${at}/${name}`;
}
