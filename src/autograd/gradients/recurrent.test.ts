import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectSame, runOnnxRuntime } from '../../compute/runOnnxRuntime.fixture.ts';
import { checkGradient, forwardOf, type GradientCase } from '../checkGradient.fixture.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { lower } from '../lower/lower.ts';
import { proveCase } from '../proveCase.fixture.ts';
import { floats } from '../randomValues.fixture.ts';

const gatesOf = { RNN: 1, GRU: 3, LSTM: 4 } as const;

const layers = fc
  .record({
    op: fc.constantFrom('RNN', 'GRU', 'LSTM'),
    direction: fc.constantFrom('forward', 'reverse', 'bidirectional'),
    steps: fc.integer({ min: 1, max: 4 }),
    batch: fc.integer({ min: 1, max: 2 }),
    features: fc.integer({ min: 1, max: 3 }),
    hidden: fc.integer({ min: 1, max: 3 }),
    biases: fc.boolean(),
    states: fc.boolean(),
    peepholes: fc.boolean(),
    resetsAfter: fc.boolean(),
    lengths: fc.boolean(),
  })
  .map((of): GradientCase => {
    const { op, direction, steps, batch, features, hidden } = of;
    const ways = direction === 'bidirectional' ? 2 : 1;
    const rows = gatesOf[op] * hidden;
    const lengths = { shape: [batch], values: new Array<number>(batch).fill(steps) };
    const state = (from: number) => (of.states ? floats([ways, batch, hidden], from) : undefined);
    return {
      op,
      inputs: [
        floats([steps, batch, features]),
        floats([ways, rows, features], 1),
        floats([ways, rows, hidden], 2),
        of.biases ? floats([ways, 2 * rows], 3) : undefined,
        of.lengths ? { ...lengths, dtype: 'i32', constant: true } : undefined,
        state(4),
        ...(op === 'LSTM' ? [state(5)] : []),
        ...(op === 'LSTM' && of.peepholes ? [floats([ways, 3 * hidden], 6)] : []),
      ],
      attributes: {
        direction,
        hidden_size: hidden,
        ...(op === 'GRU' ? { linear_before_reset: of.resetsAfter ? 1 : 0 } : {}),
      },
      outputs: op === 'LSTM' ? 3 : 2,
    };
  });

describe('recurrent layers', () => {
  it('are as ONNX Runtime computes them, their gradients as differences say', async () => {
    await fc.assert(
      fc.asyncProperty(layers, (of) => proveCase(of)),
      { numRuns: 60 },
    );
  });

  it('written out over time they give what ONNX Runtime’s own layers give', async () => {
    const options = { mode: 'train', batchNorm: 'frozen', dropout: 'off' } as const;
    await fc.assert(
      fc.asyncProperty(layers, async (of) => {
        const { network, feeds } = forwardOf(of);
        const { b, outputs } = lower(network, new Set(), 1, options);
        expect(b.nodes.some(({ op }) => op in gatesOf)).toBe(false);
        const written = b.build('written', network.inputs, [...outputs.values()]);
        const [theirs, ours] = [
          await runOnnxRuntime(network, feeds),
          await runOnnxRuntime(written, feeds),
        ];
        for (const [name, made] of outputs)
          expectSame(ours.get(made) as never, theirs.get(name) as never, name);
      }),
      { numRuns: 20 },
    );
  });

  it('with the batch first they are the others, turned', () => {
    fc.assert(
      fc.property(layers, (of) => {
        const [x, w, r, bias] = of.inputs;
        const [steps = 1, batch = 1, features = 1] = x?.shape ?? [];
        const turn = (b: Parameters<NonNullable<GradientCase['build']>>[0], name: string) =>
          b.op('Transpose', [name], { perm: [1, 0, 2] });
        const made = (layout: number): GradientCase => ({
          inputs: [floats([steps, batch, features]), w, r, bias],
          outputs: 2,
          build: (b, [input = '', ...others]) => {
            const attributes = { ...of.attributes, layout };
            const given = layout === 1 ? turn(b, input) : input;
            const [all = '', last = ''] = b.ops(of.op ?? '', [given, ...others], attributes, 2);
            return layout === 1
              ? [b.op('Transpose', [all], { perm: [1, 2, 0, 3] }), turn(b, last)]
              : [all, last];
          },
        });
        const [first, second] = [0, 1].map((layout) => {
          const { network, feeds } = forwardOf(made(layout));
          return [...evaluate(network, feeds).values()].map(({ data }) => Array.from(data));
        });
        expect(second).toEqual(first);
        checkGradient(made(1));
      }),
      { numRuns: 20 },
    );
  });

  it('other activations and a bound are taken', () => {
    checkGradient({
      op: 'GRU',
      inputs: [floats([3, 2, 2]), floats([1, 6, 2], 1), floats([1, 6, 2], 2)],
      attributes: {
        hidden_size: 2,
        activations: { is: 'strings', value: ['HardSigmoid', 'Elu'] },
        activation_alpha: { is: 'floats', value: [0.11, 0.7] },
        activation_beta: { is: 'floats', value: [0.45] },
        clip: { is: 'float', value: 50 },
      },
      outputs: 2,
    });
  });

  it('sequences of different lengths are refused by name', () => {
    expect(() =>
      checkGradient({
        op: 'RNN',
        inputs: [
          floats([3, 2, 2]),
          floats([1, 2, 2], 1),
          floats([1, 2, 2], 2),
          undefined,
          { shape: [2], values: [3, 2], dtype: 'i32', constant: true },
        ],
        attributes: { hidden_size: 2 },
        outputs: 2,
      }),
    ).toThrow(/RNN.*different lengths/);
  });
});
