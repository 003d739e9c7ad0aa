import type { OpNode, ValueInfo } from '../../core/network/network.ts';
import type { GraphBuilder } from '../graphBuilder.ts';
import { activationPeak } from '../memory/activationPeak.ts';
import type { ValueType } from '../known.ts';
import { inHalfPrecision, singleName } from './halfPrecision.ts';
import type { FeedTensor, Program, StepTensor } from './stepTypes.ts';

/** What a program is made of: tensors that may be inputs, and values that are outputs. */
export interface ProgramParts {
  readonly name: string;
  readonly feeds: readonly FeedTensor[];
  readonly state: readonly StepTensor[];
  readonly fixed: readonly StepTensor[];
  readonly writes: ReadonlyMap<string, string>;
  readonly losses?: string;
  readonly finite?: string;
  readonly halves?: ReadonlySet<OpNode>;
}

/** The program that computes the outputs of `parts`; inputs that nothing reads are left out. */
export function makeProgram(b: GraphBuilder, parts: ProgramParts): Program {
  const { writes, losses, finite } = parts;
  const outputs = [...writes.values(), ...[losses, finite].filter((name) => name !== undefined)];
  const bare = b.build(parts.name, [], [...new Set(outputs)]);
  const read = new Set(bare.nodes.flatMap(({ inputs }) => inputs));
  const isRead = ({ name }: StepTensor) => read.has(name);
  const [feeds, state, fixed] = [
    parts.feeds.filter(isRead),
    parts.state.filter(isRead),
    parts.fixed.filter(isRead),
  ];
  const inputs: ValueInfo[] = [...feeds, ...state, ...fixed].map(({ name, dtype, shape }) => ({
    name,
    dtype,
    shape,
  }));
  const whole = { ...bare, inputs };
  const { halves = new Set() } = parts;
  const network =
    halves.size === 0 ? whole : inHalfPrecision(whole, halves, (name) => b.dtype(name));
  return {
    network,
    feeds,
    state: state.map(({ name }) => name),
    fixed: fixed.map(({ name }) => name),
    writes,
    ...(losses === undefined ? {} : { losses }),
    ...(finite === undefined ? {} : { finite }),
    activationBytes: activationPeak(network, (name) => typeOf(b, name)),
  };
}

function typeOf(b: GraphBuilder, name: string): ValueType {
  const whole = singleName(name);
  const { dtype, shape } = b.known(whole);
  return { dtype: whole === name ? dtype : 'f16', shape };
}
