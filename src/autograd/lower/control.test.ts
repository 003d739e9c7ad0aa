import { describe, expect, it } from 'vitest';
import { expectSame, runOnnxRuntime } from '../../compute/runOnnxRuntime.fixture.ts';
import { literal } from '../../core/network/literal.ts';
import type { Network, OpNode } from '../../core/network/network.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { ndArray, type NdArray } from '../evaluate/ndArray.ts';
import { bindInputs } from './bindInputs.ts';
import { lower } from './lower.ts';
import type { LoweringOptions } from './lowering.ts';

const options: LoweringOptions = { mode: 'train', batchNorm: 'frozen', dropout: 'off' };

function node(op: string, inputs: string[], outputs: string[], more: Partial<OpNode> = {}): OpNode {
  return { op, name: '', inputs, outputs, attributes: {}, ...more };
}

const f32 = (name: string, shape: readonly number[]) => ({ name, dtype: 'f32' as const, shape });

function graph(of: Partial<Network>): Network {
  return {
    name: 'graph',
    opsets: { '': 17 },
    inputs: [],
    outputs: [],
    initializers: new Map(),
    nodes: [],
    ...of,
  };
}

/** Compares a network on ONNX Runtime with its lowered form on the plain evaluator. */
async function expectKept(network: Network, feeds: ReadonlyMap<string, NdArray>): Promise<void> {
  const { b, outputs } = lower(network, new Set(), 1, options);
  expect(b.nodes.filter(({ op }) => ['If', 'Loop', 'Scan'].includes(op))).toEqual([]);
  const lowered = b.build('lowered', network.inputs, [...outputs.values()]);
  const theirs = await runOnnxRuntime(network, feeds);
  const ours = evaluate(lowered, feeds);
  for (const [name, made] of outputs)
    expectSame(ours.get(made) as never, theirs.get(name) as never, name);
}

const x = new Map([['x', ndArray('f32', [2], [1.5, -2])]]);

/** Adds `by` in the branch where `sr` is 16000, else multiplies; both use the same inner names. */
const switched = graph({
  inputs: [f32('x', [2]), { name: 'sr', dtype: 'i64', shape: [] }],
  outputs: [f32('y', [2])],
  initializers: new Map([['rate', literal('i64', [], [16_000])]]),
  nodes: [
    node('Equal', ['sr', 'rate'], ['fast']),
    node('If', ['fast'], ['y'], {
      name: 'rate switch',
      attributes: {
        then_branch: {
          is: 'graph',
          value: graph({
            outputs: [f32('inner', [2])],
            initializers: new Map([['by', literal('f32', [], [3])]]),
            nodes: [node('Add', ['x', 'by'], ['sum']), node('Neg', ['sum'], ['inner'])],
          }),
        },
        else_branch: {
          is: 'graph',
          value: graph({
            outputs: [f32('inner', [2])],
            initializers: new Map([['by', literal('f32', [], [5])]]),
            nodes: [node('Mul', ['x', 'by'], ['inner'])],
          }),
        },
      },
    }),
  ],
});

describe('branches', () => {
  it('are taken once the input that decides is bound', async () => {
    for (const rate of [8000, 16_000]) {
      const bound = bindInputs(switched, new Map([['sr', literal('i64', [], [rate])]]));
      expect(bound.inputs.map(({ name }) => name)).toEqual(['x']);
      await expectKept(bound, x);
    }
  });

  it('on a run-time condition are refused by name', () => {
    expect(() => lower(switched, new Set(), 1, options)).toThrow(/rate switch.*run time/);
  });

  it('an input is bound only to a value of its type', () => {
    for (const [name, value] of [
      ['sr', literal('f32', [], [1])],
      ['sr', literal('i64', [1], [1])],
      ['rate', literal('i64', [], [1])],
    ] as const)
      expect(() => bindInputs(switched, new Map([[name, value]]))).toThrow(/no input of this name/);
  });
});

const i64 = (name: string) => ({ name, dtype: 'i64' as const, shape: [] });
const bool = (name: string) => ({ name, dtype: 'bool' as const, shape: [] });

describe('loops', () => {
  const looped = (rounds: number, stopAt: number) =>
    graph({
      inputs: [f32('x', [2])],
      outputs: [f32('last', [2]), f32('all', ['?' as never, 2])],
      initializers: new Map([
        ['rounds', literal('i64', [], [rounds])],
        ['on', literal('bool', [], [1])],
        ['stop', literal('i64', [], [stopAt])],
      ]),
      nodes: [
        node('Loop', ['rounds', 'on', 'x'], ['last', 'all'], {
          attributes: {
            body: {
              is: 'graph',
              value: graph({
                inputs: [i64('round'), bool('go'), f32('state', [2])],
                outputs: [bool('going'), f32('next', [2]), f32('seen', [2])],
                initializers: new Map([['half', literal('f32', [], [0.5])]]),
                nodes: [
                  node('Less', ['round', 'stop'], ['going']),
                  node('Mul', ['state', 'half'], ['halved']),
                  node('Add', ['halved', 'x'], ['next']),
                  node('Neg', ['next'], ['seen']),
                ],
              }),
            },
          },
        }),
      ],
    });

  it('of known length are written out', async () => {
    await expectKept(looped(4, 100), x);
    await expectKept(looped(10, 2), x);
  });

  it('that are long are refused', () => {
    expect(() => lower(looped(1000, 5000), new Set(), 1, options)).toThrow(/more than 256 rounds/);
  });

  it('Scan is written out, also from the end', async () => {
    const body = graph({
      inputs: [f32('state', [2]), f32('element', [2])],
      outputs: [f32('next', [2]), f32('seen', [2])],
      nodes: [
        node('Add', ['state', 'element'], ['next']),
        node('Mul', ['next', 'element'], ['seen']),
      ],
    });
    for (const [direction, out] of [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 1],
    ] as const) {
      const network = graph({
        inputs: [f32('x', [2]), f32('elements', [2, 3])],
        outputs: [f32('last', [2]), f32('all', [3, 2])],
        nodes: [
          node('Scan', ['x', 'elements'], ['last', 'all'], {
            attributes: {
              body: { is: 'graph', value: body },
              num_scan_inputs: { is: 'int', value: 1 },
              scan_input_axes: { is: 'ints', value: [1] },
              scan_input_directions: { is: 'ints', value: [direction] },
              scan_output_directions: { is: 'ints', value: [out] },
            },
          }),
        ],
      });
      const elements = ndArray('f32', [2, 3], [1, 2, 3, -1, 0.5, 4]);
      await expectKept(network, new Map([...x, ['elements', elements]]));
    }
  });
});

describe('dropout', () => {
  const dropped = graph({
    inputs: [f32('x', [64, 64])],
    outputs: [f32('y', [64, 64])],
    initializers: new Map([['ratio', literal('f32', [], [0.3])]]),
    nodes: [node('Dropout', ['x', 'ratio'], ['y'])],
  });
  const ones = ndArray('f32', [64, 64], new Float64Array(4096).fill(1));

  it('in training leaves the share out and keeps the mean; another step leaves out others', () => {
    const { b, outputs, seedInput } = lower(dropped, new Set(), 1, {
      ...options,
      dropout: 'as-in-network',
    });
    const name = outputs.get('y') ?? '';
    const network = b.build(
      'dropout',
      [...dropped.inputs, { name: seedInput ?? '', dtype: 'i32', shape: [] }],
      [name],
    );
    const at = (seed: number) =>
      evaluate(
        network,
        new Map([
          ['x', ones],
          [seedInput ?? '', ndArray('i32', [], [seed])],
        ]),
      ).get(name)?.data ?? new Float64Array();
    const [first, second] = [at(1), at(2)];
    const zeros = first.filter((value) => value === 0).length / 4096;
    expect(Math.abs(zeros - 0.3)).toBeLessThan(5 * Math.sqrt(0.21 / 4096));
    for (const value of first.filter((each) => each !== 0)) expect(value).toBeCloseTo(1 / 0.7, 6);
    expect(second).not.toEqual(first);
    expect(at(1)).toEqual(first);
  });

  it('else does nothing', () => {
    const { b, outputs, seedInput } = lower(dropped, new Set(), 1, options);
    expect(b.nodes).toEqual([]);
    expect(outputs.get('y')).toBe('x');
    expect(seedInput).toBeUndefined();
  });
});
