import type { Attribute, Network, OpNode, ValueInfo } from '../../core/network/network.ts';
import type { FeedTensor, Program, StateTensor, TrainingStep } from './stepTypes.ts';

/**
 * A program that does many optimiser steps in one run. Its feeds have one more axis in front, of as many
 * as there are steps (scalars are then `[steps]`, the seed too), and so have its losses:
 * `[steps, heads]`. State is read before the first and written after the last.
 */
export interface LoopProgram extends Program {
  /** Input i64 `[]`: steps of this run, at most what the feeds hold. */
  readonly count: string;
}

/** Name of the symbolic extent of the axis in front. */
const stepsExtent = 'steps';

/**
 * Any number of steps of a `single` training step in one ONNX Loop that carries the state: only the
 * first input and the last output are copied. Gives the same bits as so many runs of the step. For wasm:
 * there is no Loop on WebGPU.
 */
export function loopStep(step: TrainingStep): LoopProgram {
  if (step.run.is !== 'single') throw new Error('only a step of one run can be put in a loop');
  const { step: program } = step.run;
  const carried = step.state.filter(({ name }) => program.writes.has(name));
  const others = step.state.filter(
    ({ name }) => !program.writes.has(name) && program.state.includes(name),
  );
  const fixed = step.fixed.filter(({ name }) => program.fixed.includes(name));
  const losses = program.losses ?? '';
  const lossInfo = program.network.outputs.find(({ name }) => name === losses);
  const count: ValueInfo = { name: 'steps', dtype: 'i64', shape: [] };
  const many = program.feeds.map(({ name, dtype, shape }): ValueInfo => {
    return { name, dtype, shape: [stepsExtent, ...shape] };
  });
  const infos = [...carried, ...others, ...fixed].map(({ name, dtype, shape }): ValueInfo => {
    return { name, dtype, shape };
  });
  const outputs = [
    ...carried.map(({ name, dtype, shape }): ValueInfo => {
      return { name: nextName(name), dtype, shape };
    }),
    { name: 'losses', dtype: 'f32', shape: [stepsExtent, ...(lossInfo?.shape ?? [])] } as const,
  ];
  const node: OpNode = {
    op: 'Loop',
    name: 'steps',
    inputs: [count.name, '', ...carried.map(({ name }) => name)],
    outputs: outputs.map(({ name }) => name),
    attributes: { body: { is: 'graph', value: loopBody(program, carried) } },
  };
  return {
    ...program,
    network: {
      name: 'training_steps',
      opsets: program.network.opsets,
      inputs: [count, ...many, ...infos],
      outputs,
      initializers: new Map(),
      nodes: [node],
    },
    state: [...carried, ...others].map(({ name }) => name),
    writes: new Map(carried.map(({ name }) => [name, nextName(name)])),
    losses: 'losses',
    count: count.name,
  };
}

const nextName = (name: string) => `${name}::next`;

/** One step, with what changes under names of its own: no name of a body may be one outside. */
function loopBody(program: Program, carried: readonly StateTensor[]): Network {
  const { network, feeds, writes, losses = '' } = program;
  const inside = new Set([
    ...network.nodes.flatMap(({ outputs }) => outputs),
    ...network.initializers.keys(),
    ...feeds.map(({ name }) => name),
    ...carried.map(({ name }) => name),
  ]);
  const own = (name: string) => (inside.has(name) ? `step::${name}` : name);
  const picks = feeds.map(({ name }: FeedTensor): OpNode => {
    const inputs = [name, 'step::iteration'];
    return { op: 'Gather', name: '', inputs, outputs: [own(name)], attributes: zeroAxis };
  });
  const goesOn: OpNode = {
    op: 'Identity',
    name: '',
    inputs: ['step::before'],
    outputs: ['step::after'],
    attributes: {},
  };
  const infos = carried.map(({ name, dtype, shape }): ValueInfo => {
    return { name: own(name), dtype, shape };
  });
  return {
    name: 'step',
    opsets: network.opsets,
    inputs: [
      { name: 'step::iteration', dtype: 'i64', shape: [] },
      { name: 'step::before', dtype: 'bool', shape: [] },
      ...infos,
    ],
    outputs: [
      { name: 'step::after', dtype: 'bool', shape: [] },
      ...infos.map((info, index) => {
        return { ...info, name: own(writes.get(carried[index]?.name ?? '') ?? '') };
      }),
      ...network.outputs
        .filter(({ name }) => name === losses)
        .map((info) => ({ ...info, name: own(losses) })),
    ],
    initializers: new Map([...network.initializers].map(([name, each]) => [own(name), each])),
    nodes: [goesOn, ...picks, ...network.nodes.map((node) => renamed(node, own))],
  };
}

const zeroAxis: Readonly<Record<string, Attribute>> = { axis: { is: 'int', value: 0 } };

function renamed(node: OpNode, own: (name: string) => string): OpNode {
  return {
    ...node,
    inputs: node.inputs.map((name) => (name === '' ? '' : own(name))),
    outputs: node.outputs.map((name) => (name === '' ? '' : own(name))),
    attributes: Object.fromEntries(
      Object.entries(node.attributes).map(([key, value]) => [
        key,
        value.is === 'graph' ? { is: 'graph', value: renamedGraph(value.value, own) } : value,
      ]),
    ),
  };
}

/** A graph inside a node: it may read the values around it, so these are renamed in it too. */
function renamedGraph(graph: Network, own: (name: string) => string): Network {
  return {
    ...graph,
    nodes: graph.nodes.map((node) => renamed(node, own)),
    outputs: graph.outputs.map((info) => ({ ...info, name: own(info.name) })),
  };
}
