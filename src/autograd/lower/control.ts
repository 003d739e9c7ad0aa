import { graphOf, intOf, intsOf } from '../../core/network/attributes.ts';
import { literal } from '../../core/network/literal.ts';
import type { Network } from '../../core/network/network.ts';
import { reshapeTo } from '../gradients/reshaping.ts';
import type { GraphBuilder } from '../graphBuilder.ts';
import { unsupported } from '../unsupported.ts';
import { dropoutLowering } from './dropout.ts';
import type { Lowering, LoweringContext } from './lowering.ts';

/** Most rounds of a loop that are written out. */
const mostRounds = 256;

/** Branches and loops that are decided before a run: their graphs are written out. */
export const controlLowerings: Readonly<Record<string, Lowering>> = {
  If: (context) => {
    const { b, node, inline } = context;
    const chosen = b.known(node.inputs[0] ?? '').value?.data[0];
    if (chosen === undefined)
      throw unsupported(
        node,
        'its condition is only known at run time; fix the input it depends on',
      );
    return inline(bodyOf(context, chosen === 0 ? 'else_branch' : 'then_branch'), new Map());
  },
  Loop: loop,
  Scan: scan,
  Dropout: dropoutLowering,
};

function bodyOf({ node }: LoweringContext, name: string): Network {
  const body = graphOf(node, name);
  if (body === undefined) throw unsupported(node, `it has no ${name}`);
  return body;
}

/** Body: (round, condition, carried…) → (condition, carried…, scanned…). */
function loop(context: LoweringContext): readonly string[] {
  const { b, node, inline } = context;
  const [trips = '', condition = '', ...initial] = node.inputs;
  const body = bodyOf(context, 'body');
  const most = settled(context, trips, 'number of rounds') ?? Infinity;
  let carried: readonly string[] = initial;
  const scanned: string[][] = body.outputs.slice(1 + initial.length).map(() => []);
  let going = settled(context, condition, 'condition') !== 0;
  for (let round = 0; going && round < most; round++) {
    if (round >= mostRounds)
      throw unsupported(node, `it has more than ${mostRounds} rounds to write out`);
    const given = [b.scalar(round, 'i64'), b.constant(literal('bool', [], [1])), ...carried];
    const made = inline(body, feedsOf(body, given));
    carried = made.slice(1, 1 + initial.length);
    for (const [at, name] of made.slice(1 + initial.length).entries()) scanned[at]?.push(name);
    going = settled(context, made[0] ?? '', 'condition') !== 0;
  }
  if (scanned.some((each) => each.length === 0)) throw unsupported(node, 'it has no rounds');
  return [...carried, ...scanned.map((each) => stack(b, each, 0))];
}

/** A number that must be known before a run; undefined for an input that is left out. */
function settled({ b, node }: LoweringContext, name: string, what: string): number | undefined {
  if (name === '') return undefined;
  const value = b.known(name).value?.data[0];
  if (value === undefined) throw unsupported(node, `its ${what} is only known at run time`);
  return value;
}

function feedsOf(body: Network, given: readonly string[]): ReadonlyMap<string, string> {
  return new Map(body.inputs.map(({ name }, at) => [name, given[at] ?? '']));
}

/** Body: (states…, elements…) → (states…, scanned…). */
function scan(context: LoweringContext): readonly string[] {
  const { b, node, inline } = context;
  const body = bodyOf(context, 'body');
  const elements = intOf(node, 'num_scan_inputs', 1);
  const states = node.inputs.length - elements;
  const inputs = node.inputs.slice(states);
  const axes = frontAxes(
    intsOf(node, 'scan_input_axes'),
    inputs.map((name) => b.shape(name).length),
  );
  const rounds = b.shape(inputs[0] ?? '')[axes[0] ?? 0] ?? 0;
  if (rounds < 1 || rounds > mostRounds)
    throw unsupported(node, `it has ${rounds} rounds; 1 to ${mostRounds} are written out`);
  const backwards = intsOf(node, 'scan_input_directions');
  let carried: readonly string[] = node.inputs.slice(0, states);
  const scanned: string[][] = body.outputs.slice(states).map(() => []);
  for (let round = 0; round < rounds; round++) {
    const given = inputs.map((name, at) => {
      const index = backwards?.[at] === 1 ? rounds - 1 - round : round;
      return b.op('Gather', [name, b.scalar(index, 'i64')], { axis: axes[at] ?? 0 });
    });
    const made = inline(body, feedsOf(body, [...carried, ...given]));
    carried = made.slice(0, states);
    for (const [at, name] of made.slice(states).entries()) scanned[at]?.push(name);
  }
  const outAxes = intsOf(node, 'scan_output_axes');
  const turned = intsOf(node, 'scan_output_directions');
  return [
    ...carried,
    ...scanned.map((each, at) =>
      stack(b, turned?.[at] === 1 ? each.toReversed() : each, outAxes?.[at] ?? 0),
    ),
  ];
}

function frontAxes(given: readonly number[] | undefined, ranks: readonly number[]): number[] {
  return ranks.map((rank, at) => {
    const axis = given?.[at] ?? 0;
    return axis < 0 ? axis + rank : axis;
  });
}

/** Values of one shape along a new axis. */
function stack(b: GraphBuilder, values: readonly string[], axis: number): string {
  const shape = b.shape(values[0] ?? '');
  const front = axis < 0 ? axis + shape.length + 1 : axis;
  const apart = values.map((name) => reshapeTo(b, name, shape.toSpliced(front, 0, 1)));
  return apart.length === 1 ? (apart[0] ?? '') : b.op('Concat', apart, { axis: front });
}
