import { describe, expect, test } from 'vitest';
import { encodeOnnx } from '../network/encodeOnnx.ts';
import { numbersOf } from '../network/literal.ts';
import type { Literal, Network } from '../network/network.ts';
import { networkWeights } from '../network/trainableWeights.ts';
import { lenet } from './lenet.ts';
import { mlp } from './mlp.ts';
import { modelBuilder } from './modelBuilder.ts';
import { resnet20 } from './resnet20.ts';

function weight(network: Network, name: string): Literal {
  const found = network.initializers.get(name);
  if (found === undefined) throw new Error(`no weight ${name}`);
  return found;
}

function parameters(network: Network): number {
  return networkWeights(network)
    .layers.flatMap(({ weights }) => weights)
    .reduce((sum, { name }) => sum + numbersOf(weight(network, name)).length, 0);
}

describe('models of our own', () => {
  test('have the parameters that their papers count', () => {
    expect(parameters(lenet({ seed: 1 }))).toBe(61_706);
    expect(parameters(mlp({ inputs: 64, hidden: [32], classes: 10, seed: 1 }))).toBe(2410);
    // 269,722 with shortcuts that pad (torchvision-like count), and 2,752 for two that convolve.
    expect(parameters(resnet20({ seed: 1 }))).toBe(269_722 + 2752);
  });

  test('are the same for a seed and differ for another', () => {
    const bytes = (seed: number): Buffer => Buffer.from(encodeOnnx(lenet({ seed })));
    expect(bytes(5).equals(bytes(5))).toBe(true);
    expect(bytes(5).equals(bytes(6))).toBe(false);
  });

  test('begin evenly within one over the root of a unit’s inputs, each weight with its own numbers', () => {
    const network = mlp({ inputs: 400, hidden: [100, 100], classes: 10, seed: 3 });
    const values = numbersOf(weight(network, 'layers.0.weight'));
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(largest).toBeLessThanOrEqual(Math.fround(1 / 20));
    expect(largest).toBeGreaterThan(0.0499);
    const square = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    expect(square).toBeCloseTo(0.05 ** 2 / 3, 5);
    const [a, b] = ['layers.0.bias', 'layers.1.bias'].map((name) =>
      numbersOf(weight(network, name)),
    );
    expect(a?.[0]).not.toBe(b?.[0]);
  });

  test('draw normal numbers of the deviation asked for', () => {
    const to = modelBuilder('m', 1);
    to.weight('w', [200_000], { is: 'normal', deviation: 0.5 });
    const values = numbersOf(weight(to.finish('x', 'y', []), 'w'));
    const square = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    expect(Math.sqrt(square)).toBeCloseTo(0.5, 2);
  });
});
