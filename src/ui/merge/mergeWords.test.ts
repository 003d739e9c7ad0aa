import { describe, expect, it } from 'vitest';
import { mergeGate } from './mergeGate.ts';
import { choiceRows } from './choiceRows.ts';
import { countLayers, firstFilter, listLayers } from './layerList.ts';
import {
  methodText,
  planText,
  sideText,
  swappedChoices,
  verdictChip,
  withNumber,
} from './mergeWords.ts';
import { mergeLayer, mergePlan, oneSided } from './plan.fixture.ts';
import { metricText } from './testRows.ts';

const possible = oneSided('p', 'x', { verdict: 'possible-conflict' });
const layers = [
  mergeLayer('still', { verdict: 'unchanged', x: 'unchanged', y: 'unchanged' }),
  possible,
  mergeLayer('c'),
  oneSided('o', 'y'),
];

describe('layers of a merge', () => {
  it('to decide are shown first of all, conflicts before possible ones', () => {
    expect(listLayers(layers, 'decide').map(({ id }) => id)).toEqual(['c', 'p']);
    expect(listLayers(layers, 'changed').map(({ id }) => id)).toEqual(['p', 'c', 'o']);
    expect(countLayers(layers)).toEqual({ all: 4, changed: 3, decide: 2 });
    expect(firstFilter(layers)).toBe('decide');
    expect(firstFilter(layers.slice(3))).toBe('changed');
    expect(firstFilter(layers.slice(0, 1))).toBe('all');
  });

  it('say what each side did, and how far it went', () => {
    expect(sideText(oneSided('o', 'y'), 'y')).toBe('changed 8.0 %');
    expect(sideText(oneSided('o', 'y'), 'x')).toBe('–');
    expect(sideText(mergeLayer('n', { x: 'added' }), 'x')).toBe('added');
    expect(verdictChip(mergeLayer('c'), undefined).tone).toBe('bad');
    expect(verdictChip(mergeLayer('c'), { is: 'x' }).text).toBe('Settled');
  });
});

describe('choices', () => {
  it('change places with the sides', () => {
    expect(
      swappedChoices({
        a: { is: 'x' },
        'x:new': { is: 'average', t: 0.25 },
        b: { is: 'task-arithmetic', a: 1, b: 2 },
      }),
    ).toEqual({
      a: { is: 'y' },
      'y:new': { is: 'average', t: 0.75 },
      b: { is: 'task-arithmetic', a: 2, b: 1 },
    });
  });

  it('take numbers within their bounds only', () => {
    const average = { is: 'average', t: 0.5 } as const;
    expect(withNumber(average, 't', 1)).toEqual({ is: 'average', t: 1 });
    expect(withNumber(average, 't', 1.1)).toBe(average);
    expect(withNumber(average, 't', NaN)).toBe(average);
    expect(withNumber(average, 'scale', 1)).toBe(average);
  });

  it('of a recipe are read as a table', () => {
    const text = JSON.stringify([
      { layer: 'enc', method: { is: 'ties', density: 0.2, scale: 1 }, tensors: ['enc.weight', { to: 'b', x: 'a' }] },
    ]); // prettier-ignore
    expect(choiceRows(text)).toEqual([
      { layer: 'enc', method: 'TIES, density 0.2, scale 1', tensors: 'enc.weight, b' },
    ]);
    expect(choiceRows('{')).toBeUndefined();
    expect(choiceRows('')).toEqual([]);
    expect(methodText({ is: 'slerp', t: 0.5 })).toBe('Slerp, 0.5 of Y');
  });
});

describe('what stands between a plan and its merge', () => {
  const gate = (more: object) =>
    mergeGate({ plan: mergePlan({ layers: [possible] }), choices: {}, tests: 1, tested: undefined, ticked: false, busy: false, ...more }); // prettier-ignore

  it('is nothing where tests will be run, and it says so', () => {
    expect(gate({})).toEqual({
      note: expect.stringContaining('1 test will be run first') as string,
    });
    expect(gate({ tested: true }).note).toBe('1 test passed this merge.');
  });

  it('is a yes where no test could tell, unless a person chose', () => {
    expect(gate({ tests: 0 })).toMatchObject({ tick: 'Accept without tests', reason: expect.any(String) as string }); // prettier-ignore
    expect(gate({ tests: 0, ticked: true }).reason).toBeUndefined();
    expect(gate({ tests: 0, choices: { p: { is: 'x' } } }).tick).toBeUndefined();
  });

  it('is a conflict, whatever was ticked', () => {
    const plan = mergePlan({ layers: [mergeLayer('c'), mergeLayer('d')] });
    expect(gate({ plan, ticked: true, tested: true }).reason).toBe('Choose for 2 layers first.');
  });

  it('is what is running', () => {
    expect(gate({ busy: true }).reason).toMatch(/running/);
  });

  it('is told in a sentence', () => {
    const plan = mergePlan();
    const text = (open: number, loose: number, tested?: boolean) => planText(plan, { open, loose, tested }); // prettier-ignore
    expect(text(2, 0)).toMatch(/^2 layers were changed by both/);
    expect(text(0, 1)).toBe('Every conflict is settled; 1 possible conflict is left to the tests.');
    expect(text(0, 1, true)).toBe('Every conflict is settled: no test got worse.');
    expect(text(0, 1, false)).toBe('The tests speak against this merge: see below what got worse.');
  });
});

describe('a metric', () => {
  it('is shown with its unit', () => {
    const metric = (unit: string) => ({ unit }) as never;
    expect(metricText(metric('share'), 0.8914)).toBe('89.1 %');
    expect(metricText(metric('ms'), 2)).toBe('2.0000 ms');
    expect(metricText(undefined, undefined)).toBe('–');
    expect(metricText(metric('share'), NaN)).toBe('NaN');
  });
});
