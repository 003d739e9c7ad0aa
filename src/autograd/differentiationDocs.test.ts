import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Loss, Optimizer } from '../core/training/settings.ts';
import { gradientRuleOfOperators } from './gradients/gradientRules.ts';
import { loweringOfOperators } from './lower/lowerings.ts';

const text = readFileSync('docs/differentiation.md', 'utf8');
const chapter = (title: string) => {
  const from = text.indexOf(`\n## ${title}\n`);
  expect(from, title).toBeGreaterThan(0);
  return text.slice(from, text.indexOf('\n## ', from + 1));
};
/** What stands between backticks in the first column of a chapter's tables. */
const rows = (title: string) =>
  new Set(
    chapter(title)
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)])
      .map(([, name]) => name),
  );

it('docs/differentiation.md has a row for every operator with a gradient or a lowering', () => {
  const named = rows('Operator by operator');
  const all = [...gradientRuleOfOperators, ...loweringOfOperators];
  expect(all.filter((op) => !named.has(op))).toEqual([]);
});

it('docs/differentiation.md has a row for no other operator', () => {
  const known = new Set([...gradientRuleOfOperators, ...loweringOfOperators, 'fmod']);
  expect([...rows('Operator by operator')].filter((op = '') => !known.has(op))).toEqual([]);
});

it('docs/differentiation.md has a row for every loss and optimiser', () => {
  const losses: Record<Loss['is'], true> = {
    'cross-entropy': true,
    'binary-cross-entropy': true,
    'mean-squared-error': true,
    'mean-absolute-error': true,
    huber: true,
    triplet: true,
    cosine: true,
    distillation: true,
  };
  const optimizers: Record<Optimizer['is'], true> = { sgd: true, adam: true, adamw: true };
  expect([...rows('Losses')].sort()).toEqual(Object.keys(losses).sort());
  expect([...rows('Optimisers')].sort()).toEqual(Object.keys(optimizers).sort());
});
