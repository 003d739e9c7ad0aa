import { describe, expect, it } from 'vitest';
import { changeText, mainMetric, metricText, ruleText } from './metricText.ts';
import {
  newRule,
  shownTolerance,
  shownValue,
  writtenTolerance,
  writtenValue,
} from './ruleValues.ts';
import type { Metric } from '../../core/modelTests/modelTest.ts';

const accuracy: Metric = {
  name: 'accuracy',
  title: 'Accuracy',
  direction: 'max',
  tolerance: { is: 'absolute', value: 0.01 },
  unit: 'share',
};
const loss: Metric = {
  name: 'loss',
  title: 'Loss',
  direction: 'min',
  tolerance: { is: 'relative', value: 0.02 },
};

describe('numbers of tests in words', () => {
  it('writes a value with its unit, and what is no number as it is', () => {
    expect(metricText(accuracy, 0.974)).toBe('97.4 %');
    expect(metricText(accuracy, 1)).toBe('100 %');
    expect(metricText({ unit: 'bytes' }, 49_900)).toBe('49.9 kB');
    expect(metricText({ unit: 'ms' }, 1.25)).toBe('1.25 ms');
    expect(metricText(loss, 2304)).toBe('2,304');
    expect(metricText(loss, -0.5)).toBe('−0.5');
    expect(metricText(loss, NaN)).toBe('NaN');
  });

  it('never rounds a share below 100 % up to it', () => {
    expect(metricText(accuracy, 0.9996)).toBe('99.96 %');
    expect(metricText(accuracy, 0.0004)).toBe('0.040 %');
  });

  it('writes a change with its sign, of shares in points', () => {
    expect(changeText(accuracy, -0.031)).toBe('−3.1 points');
    expect(changeText(loss, 0.25)).toBe('+0.25');
  });

  it('takes the metric of the first rule for a test’s main one', () => {
    const rule = { metric: 'loss', is: 'at-most', value: 1 } as const;
    expect(mainMetric({ success: [rule] }, [accuracy, loss])?.name).toBe('loss');
    expect(mainMetric({ success: [] }, [accuracy, loss])?.name).toBe('accuracy');
    expect(ruleText(rule, [accuracy, loss])).toBe('Loss at most 1');
  });
});

describe('numbers of rules as a person writes them', () => {
  it('takes shares in percent, there and back', () => {
    expect(shownValue(accuracy, 0.29)).toBe(29);
    expect(writtenValue(accuracy, 97.4)).toBe(0.974);
    expect(writtenValue(loss, 0.3)).toBe(0.3);
  });

  it('starts a rule a little worse than what is known, in the direction of the metric', () => {
    expect(newRule(accuracy, 0.9221)).toEqual({ metric: 'accuracy', is: 'at-least', value: 0.92 });
    expect(newRule(loss, 0.2561)).toEqual({ metric: 'loss', is: 'at-most', value: 0.26 });
    expect(newRule(loss, undefined)).toEqual({ metric: 'loss', is: 'at-most', value: 0 });
  });

  it('takes relative tolerances in percent, absolute ones in the metric’s unit', () => {
    expect(shownTolerance(loss, loss.tolerance)).toBe(2);
    expect(shownTolerance(accuracy, accuracy.tolerance)).toBe(1);
    expect(writtenTolerance(accuracy, 'absolute', 3)).toEqual({ is: 'absolute', value: 0.03 });
    expect(writtenTolerance(loss, 'relative', 5)).toEqual({ is: 'relative', value: 0.05 });
  });
});
