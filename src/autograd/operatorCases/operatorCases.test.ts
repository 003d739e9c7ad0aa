import { describe, expect, it } from 'vitest';
import { networksOf } from '../checkGradient.fixture.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { gradientRuleOfOperators } from '../gradients/gradientRules.ts';
import { loweringOfOperators } from '../lower/lowerings.ts';
import { operatorCases } from './operatorCases.fixture.ts';

const networks = operatorCases.map(([name, of]) => [name, networksOf(of)] as const);
const met = new Set(
  networks.flatMap(([, { forward, whole }]) =>
    [...forward.nodes, ...whole.nodes].map(({ op }) => op),
  ),
);

describe('the table of cases for other backends', () => {
  it('has every operator with a gradient', () => {
    expect(gradientRuleOfOperators.filter((op) => !met.has(op))).toEqual([]);
  });

  it('has every operator that is rewritten', () => {
    expect(loweringOfOperators.filter((op) => !met.has(op))).toEqual([]);
  });

  it('has no name twice', () => {
    const names = operatorCases.map(([name]) => name);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });

  it.each(networks)('%s has numbers as outputs, and gradients that are not all zero', (_, of) => {
    const values = evaluate(of.whole, of.feeds);
    for (const { data } of values.values()) expect(data.every(Number.isFinite)).toBe(true);
    const grads = [...of.grads.values()].filter((name) => name !== undefined);
    for (const name of grads)
      expect(values.get(name)?.data.some((value) => value !== 0)).toBe(true);
  });
});
