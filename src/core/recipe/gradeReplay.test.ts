import { describe, expect, it } from 'vitest';
import type { Environment, PartMetrics } from '../training/report.ts';
import { gradeReplay } from './gradeReplay.ts';

const wasm: Environment = { app: 'a', backend: 'wasm', threads: 1 };
const same = { before: wasm, after: wasm };
const other = { before: wasm, after: { ...wasm, threads: 2 } };
const metrics = (loss: number, accuracy: number): PartMetrics => ({
  loss,
  heads: [{ output: 'logits', loss, accuracy }],
  examples: 100,
});
const weights = (differing: number, largest: number) => ({
  sameStructure: true,
  differing,
  elements: 1000,
  largest,
});

describe('gradeReplay', () => {
  it('says equal bits only where no value differs', () => {
    expect(gradeReplay(weights(0, 0), undefined, undefined, same).is).toBe('equal-bits');
    expect(gradeReplay(weights(1, 1e-9), undefined, undefined, same).is).toBe('differs');
  });

  it('takes metrics within a point and five percent as the same', () => {
    const before = { test: metrics(0.2, 0.95) };
    const grade = (loss: number, accuracy: number) =>
      gradeReplay(weights(900, 1e-4), before, { test: metrics(loss, accuracy) }, other).is;
    expect(grade(0.205, 0.945)).toBe('within-tolerance');
    expect(grade(0.205, 0.93)).toBe('differs');
    expect(grade(0.23, 0.95)).toBe('differs');
  });

  it('takes nothing less than equal bits where they are promised', () => {
    const metric = { test: metrics(0.2, 0.95) };
    const gpu: Environment = { app: 'a', backend: 'webgpu' };
    const grade = (before: Environment, after: Environment) =>
      gradeReplay(weights(1, 1e-9), metric, metric, { before, after });
    expect(grade(wasm, wasm)).toMatchObject({
      is: 'differs',
      text: expect.stringContaining('the same bits each time') as string,
    });
    expect(grade({ app: 'a', backend: 'none' }, { app: 'b', backend: 'none' }).is).toBe('differs');
    for (const after of [{ threads: 2 }, { runtime: '2' }, { graph: 'x' }, { moved: true }])
      expect(grade(wasm, { ...wasm, ...after }).is).toBe('within-tolerance');
    expect(grade({ ...wasm, moved: true }, wasm).is).toBe('within-tolerance');
    expect(grade(gpu, gpu).is).toBe('within-tolerance');
  });

  it('never calls weights that are not finite the same', () => {
    const before = { test: metrics(0.2, 0.95) };
    expect(gradeReplay(weights(1, NaN), before, before, other).is).toBe('differs');
  });

  it('names the devices where they differ', () => {
    const before = { test: metrics(0.2, 0.95) };
    const gpu: Environment = { app: 'a', backend: 'webgpu', adapter: 'x' };
    const { text } = gradeReplay(weights(900, 1e-4), before, before, { before: gpu, after: wasm });
    expect(text).toContain('GPU x before, CPU, 1 thread now');
  });

  it('says how much differs in a sentence', () => {
    const many = { ...weights(19_000, 0.000123), elements: 1_234_567 };
    expect(gradeReplay(many, undefined, undefined, same).text).toBe(
      '19,000 of 1,234,567 values differ, by 0.00012 at most, though CPU, 1 thread gives the same bits each time.',
    );
    const equal = { ...weights(0, 0), elements: 19_754 };
    const { text } = gradeReplay(equal, undefined, undefined, same);
    expect(text).toBe('All 19,754 values are equal, bit for bit.');
  });

  it('does not compare models of other tensors', () => {
    const grade = gradeReplay(
      { sameStructure: false, differing: 0, elements: 0, largest: Infinity },
      undefined,
      undefined,
      same,
    );
    expect(grade.is).toBe('differs');
  });
});
