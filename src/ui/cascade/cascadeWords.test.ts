import { describe, expect, it } from 'vitest';
import type { CascadeComparison } from '../../core/cascadeViews.ts';
import type { NodeId, TestId } from '../../core/ids.ts';
import { first, samplePlan } from './cascade.fixture.ts';
import {
  anyOf,
  figure,
  keptText,
  sentence,
  timeText,
  totalsText,
  verdictOf,
} from './cascadeWords.ts';
import { Choices } from './choices.ts';
import { newerVersions } from './newerVersions.ts';

const row = (extra: Partial<CascadeComparison>): CascadeComparison => ({
  item: 'item',
  old: first,
  name: 'a@2',
  test: 'test' as TestId,
  testName: 'Test',
  metric: 'loss',
  measure: { title: 'Loss', direction: 'min' },
  before: 0.5,
  after: 0.4,
  verdicts: { before: 'measured', after: 'measured' },
  worse: false,
  ...extra,
});

describe('words of a cascade', () => {
  it('a figure is better in the direction of its metric, and worse where its test says so', () => {
    expect(verdictOf(row({}))).toBe('better');
    expect(verdictOf(row({ after: 0.6 }))).toBe('same');
    expect(verdictOf(row({ after: 0.6, worse: true }))).toBe('worse');
    const up = { title: 'Accuracy', direction: 'max' } as const;
    expect(verdictOf(row({ measure: up }))).toBe('same');
    expect(verdictOf(row({ measure: up, after: 0.6 }))).toBe('better');
    const mended = { before: 'fail', after: 'pass' } as const;
    expect(verdictOf(row({ before: undefined, after: undefined, verdicts: mended }))).toBe(
      'better',
    );
  });

  it('figures have their units, and one that is not there is a dash', () => {
    expect(figure(0.914, 'share')).toBe('91.4 %');
    expect(figure(2000, 'bytes')).toBe('2.00 kB');
    expect(figure(12, 'ms')).toBe('12.000 ms');
    expect(figure(undefined, 'ms')).toBe('–');
  });

  it('totals count what is not known apart, and say so where nothing is', () => {
    const plan = samplePlan();
    const unknown = (count: number) =>
      totalsText({ ...plan, estimate: { ...plan.estimate, unknown: count } });
    expect(unknown(0)).toBe('2 models · about 12 s · about 35.0 kB');
    expect(unknown(1)).toMatch(/; the time of 1 of 2 steps is not known$/);
    expect(unknown(2)).toBe('2 models · time not known · about 35.0 kB');
  });

  it('what an item takes: its past training, moments, or not known', () => {
    expect(samplePlan().items.map(timeText)).toEqual(['About 12 s', 'No training: moments']);
    const [item] = samplePlan().items;
    expect(item && timeText({ ...item, estimate: { bytes: 1 } })).toBe('Time not known');
    expect(item && timeText({ ...item, estimate: { ms: 3, bytes: 1 } })).toBe('Under 1 s');
  });

  it('why a model stays, and sentences of reasons', () => {
    expect(keptText({ is: 'unchanged', why: 'a, above it, cannot be made again' })).toBe(
      'stays: a, above it, cannot be made again',
    );
    expect(sentence('the disk is full')).toBe('The disk is full.');
    expect(sentence('Really?')).toBe('Really?');
    expect(sentence(' ')).toBe('');
  });

  it('several conditions are one: models together, any of them', () => {
    const among = (id: string) => ({ is: 'among' as const, nodes: [id as NodeId] });
    expect(anyOf([])).toBeUndefined();
    expect(anyOf([among('a'), among('b')])).toEqual({ is: 'among', nodes: ['a', 'b'] });
    expect(anyOf([among('a'), { is: 'tag', tag: 't' }])).toEqual({
      is: 'some',
      conditions: [{ is: 'tag', tag: 't' }, among('a')],
    });
  });
});

describe('answers to a plan', () => {
  const [a, b, c] = ['a', 'b', 'c'] as NodeId[] as [NodeId, NodeId, NodeId];

  it('models of one item are answered together and taken back together', () => {
    const choices = new Choices().with([a, b], { is: 'keep' }).with([c], { is: 'leave' });
    expect(choices.toOrder()).toEqual({ a: { is: 'keep' }, b: { is: 'keep' }, c: { is: 'leave' } });
    expect(choices.without([b]).toOrder()).toEqual({ c: { is: 'leave' } });
    expect(choices.size).toBe(3);
  });

  it('the newest version comes last, of a chain and of several successors', () => {
    const edge = (from: NodeId, to: NodeId) =>
      ({ kind: 'version', from, to, grade: 'declared' }) as const;
    const edges = new Map([
      [a, [edge(a, c), edge(a, b)]],
      [b, [edge(a, b)]],
      [c, [edge(a, c)]],
    ]);
    const nodes = new Map([
      [b, { createdAt: 2 }],
      [c, { createdAt: 1 }],
    ]) as never;
    expect(newerVersions(a, edges, nodes)).toEqual([c, b]);
    expect(newerVersions(b, edges, nodes)).toEqual([]);
    expect(newerVersions(undefined, edges, nodes)).toEqual([]);
  });
});
