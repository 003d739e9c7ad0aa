import { describe, expect, it } from 'vitest';
import type { ViewItem } from '../../core/graphView/viewPlan.ts';
import type { NodeId } from '../../core/ids.ts';
import type { Mark } from '../work/work.ts';
import { itemTones, standingLegend } from './tones.ts';

const item = (key: string, ...nodes: string[]) =>
  ({ key, is: 'model', label: key, nodes }) as unknown as ViewItem;

const marks = new Map<NodeId, Mark>([
  ['a' as NodeId, { tone: 'good', label: 'passes' }],
  ['b' as NodeId, { tone: 'bad', label: 'fails' }],
  ['c' as NodeId, { tone: 'good', label: 'passes' }],
]);

describe('tones', () => {
  it('a folded item shows what asks for most attention of its models', () => {
    const tones = itemTones([item('x', 'a'), item('y', 'a', 'b', 'c'), item('z', 'd')], marks);
    expect([...tones]).toEqual([
      ['x', 'good'],
      ['y', 'bad'],
    ]);
  });

  it('the legend counts the models of each kind, the urgent first', () => {
    expect(standingLegend(marks)).toEqual([
      { label: 'fails', tone: 'bad', models: 1 },
      { label: 'passes', tone: 'good', models: 2 },
    ]);
  });
});
