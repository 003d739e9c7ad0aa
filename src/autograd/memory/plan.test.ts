import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Network, OpNode } from '../../core/network/network.ts';
import { mlp, plainSettings } from '../training/trainHost.fixture.ts';
import type { StepOptions, StepSettings } from '../training/stepTypes.ts';
import { trainingStep } from '../training/trainingStep.ts';
import { activationPeak } from './activationPeak.ts';
import { largestMicroBatch, memoryPlan } from './plan.ts';

function networkOf(
  nodes: readonly (readonly [string, readonly string[], string])[],
  output: string,
) {
  const made: Network = {
    name: 'n',
    opsets: { '': 17 },
    inputs: [{ name: 'x', dtype: 'f32', shape: [10] }],
    outputs: [{ name: output, dtype: 'f32', shape: [10] }],
    initializers: new Map(),
    nodes: nodes.map(([op, inputs, name]): OpNode => {
      return { op, name, inputs, outputs: [name], attributes: {} };
    }),
  };
  return made;
}

const tens = () => ({ dtype: 'f32', shape: [10] }) as const;

describe('the peak of activations', () => {
  it('counts a value from its maker to its last reader', () => {
    const line = networkOf(
      [
        ['Relu', ['x'], 'a'],
        ['Relu', ['a'], 'b'],
        ['Relu', ['b'], 'c'],
      ],
      'c',
    );
    expect(activationPeak(line, tens)).toBe(80);
    const kept = networkOf(
      [
        ['Relu', ['x'], 'a'],
        ['Relu', ['a'], 'b'],
        ['Add', ['a', 'b'], 'c'],
      ],
      'c',
    );
    expect(activationPeak(kept, tens)).toBe(120);
  });

  it('counts a view as what it shows, and keeps that as long', () => {
    const viewed = networkOf(
      [
        ['Relu', ['x'], 'a'],
        ['Reshape', ['a', 'x'], 'v'],
        ['Relu', ['v'], 'b'],
        ['Relu', ['b'], 'c'],
        ['Add', ['v', 'c'], 'd'],
      ],
      'd',
    );
    expect(activationPeak(viewed, tens)).toBe(120);
  });

  it('keeps outputs to the end', () => {
    const early = networkOf(
      [
        ['Relu', ['x'], 'a'],
        ['Relu', ['x'], 'b'],
        ['Relu', ['b'], 'c'],
      ],
      'a',
    );
    expect(activationPeak(early, tens)).toBe(120);
  });
});

function optionsOf(settings: Partial<StepSettings>): StepOptions {
  return {
    network: mlp([5, 7, 4]),
    trainable: ['w0', 'b0', 'w1', 'b1'],
    heads: [{ output: 'y', loss: { is: 'cross-entropy' }, weight: 1 }],
    settings: { ...plainSettings, ...settings },
  };
}

describe('the memory of a step', () => {
  const weights = 4 * (5 * 7 + 7 + 7 * 4 + 4);

  it('has each weight and slot once as read, and at least once as written', () => {
    const plan = memoryPlan(
      trainingStep(optionsOf({ optimizer: { is: 'adam', b1: 0.9, b2: 0.9, eps: 1e-8 } })),
    );
    expect(plan.weightBytes).toBe(weights);
    expect(plan.stateBytes).toBe(2 * weights);
    expect(plan.activationBytes).toBeGreaterThanOrEqual(3 * weights);
    // x, labels, weights, and two scalars.
    expect(plan.feedBytes).toBe(4 * (6 * 5 + 6 + 6 + 2));
    expect(plan.peakBytes).toBe(
      plan.weightBytes + plan.stateBytes + plan.activationBytes + plan.feedBytes,
    );
  });

  it('counts weights that stay once', () => {
    const plan = memoryPlan(trainingStep({ ...optionsOf({}), trainable: ['w1'] }));
    expect(plan.weightBytes).toBe(weights);
    expect(plan.stateBytes).toBe(0);
  });

  it('has the state of a loop twice more, and the feeds of all its steps', () => {
    const step = trainingStep(
      optionsOf({ optimizer: { is: 'sgd', momentum: 0.9, nesterov: false } }),
    );
    const [one, many] = [memoryPlan(step), memoryPlan(step, 16)];
    expect(many.activationBytes - one.activationBytes).toBe(2 * 2 * weights);
    expect(many.feedBytes).toBe(16 * one.feedBytes);
    expect(many.weightBytes + many.stateBytes).toBe(2 * weights);
  });

  it('decides the largest micro-batch that fits, and the next larger one does not', () => {
    const sized = (microBatch: number) =>
      memoryPlan(trainingStep(optionsOf({ batchSize: 24, microBatch }))).peakBytes;
    const divisors = [1, 2, 3, 4, 6, 8, 12, 24];
    fc.assert(
      fc.property(fc.integer({ min: sized(1), max: sized(24) + 100 }), (budget) => {
        const found = largestMicroBatch(optionsOf({ batchSize: 24, microBatch: 24 }), budget);
        expect(sized(found)).toBeLessThanOrEqual(budget);
        const next = divisors.find((each) => each > found);
        if (next !== undefined) expect(sized(next)).toBeGreaterThan(budget);
      }),
      { numRuns: 20 },
    );
    expect(largestMicroBatch(optionsOf({ batchSize: 24, microBatch: 24 }), 0)).toBe(1);
  });
});
