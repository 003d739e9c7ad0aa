import { describe, expect, it } from 'vitest';
import type { DatasetId, SnapshotId, TestId } from '../../core/ids.ts';
import type { DatasetRecord } from '../../core/data/dataset.ts';
import { sampleGraph } from '../lineage.fixture.ts';
import { modelNode, nodeId } from '../modelNode.fixture.ts';
import {
  conditionOfRows,
  conditionWords,
  noRows,
  skipOf,
  type ConditionRow,
} from './conditions.ts';
import { reportMarks, stateMarks } from './searchMarks.ts';
import { inheritPlan, originPlan } from './searchPlan.ts';
import { suggestedTests } from './suggestedTests.ts';

const row = (id: number, rest: Partial<ConditionRow>): ConditionRow => ({
  id,
  not: false,
  is: 'fails',
  value: '',
  ...rest,
});
const accuracy = 'accuracy' as TestId;

describe('conditions as rows', () => {
  const fails = row(1, { value: accuracy });
  const edge = row(2, { is: 'tag', value: ' edge ', not: true });

  it('are one condition by themselves and a list together; empty rows ask nothing', () => {
    expect(conditionOfRows(noRows)).toBeUndefined();
    expect(conditionOfRows({ join: 'every', rows: [row(1, {}), fails] })).toEqual({
      is: 'fails',
      test: accuracy,
    });
    expect(conditionOfRows({ join: 'some', rows: [fails, edge] })).toEqual({
      is: 'some',
      conditions: [
        { is: 'fails', test: accuracy },
        { is: 'not', condition: { is: 'tag', tag: 'edge' } },
      ],
    });
  });

  it('that are to be kept leave out what does not meet them, besides what is skipped', () => {
    const keep = { join: 'every', rows: [fails] } as const;
    const not = { is: 'not', condition: { is: 'fails', test: accuracy } };
    expect(skipOf(keep, noRows)).toEqual(not);
    expect(skipOf(noRows, keep)).toEqual({ is: 'fails', test: accuracy });
    expect(skipOf(keep, { join: 'every', rows: [edge] })).toMatchObject({
      is: 'some',
      conditions: [not, { is: 'not' }],
    });
  });

  it('are said in words', () => {
    const words = conditionWords({ join: 'every', rows: [fails, edge] }, () => 'Accuracy');
    expect(words).toBe('fail Accuracy and are not tagged edge');
    expect(conditionWords(noRows, () => '')).toBe('');
  });
});

describe('marks of a search', () => {
  const state = {
    known: [
      { node: nodeId(0), verdict: 'good', tested: true },
      { node: nodeId(3), verdict: 'bad', tested: true },
      { node: nodeId(4), verdict: 'bad', tested: false },
    ],
    candidates: [nodeId(1), nodeId(2), nodeId(3)],
    next: nodeId(1),
    tests: 2,
    left: 2,
  } as const;

  it('tell candidates, what is tested next, and what is known from what follows', () => {
    const marks = stateMarks(state);
    expect(marks.get(nodeId(0))).toEqual({ tone: 'good', label: 'passes' });
    expect(marks.get(nodeId(1))).toEqual({ tone: 'next', label: 'being tested' });
    expect(marks.get(nodeId(2))?.tone).toBe('candidate');
    expect(marks.get(nodeId(3))).toEqual({ tone: 'bad', label: 'fails' });
    expect(marks.get(nodeId(4))).toEqual({ tone: 'bad', label: 'taken to fail' });
    expect(marks.size).toBe(5);
  });

  it('show where it came in when it has ended, and no candidates', () => {
    const first = [{ node: nodeId(2), parents: [] }];
    const report = { first, tests: 4, tested: [], summary: '', notes: [] };
    const marks = reportMarks({ is: 'origin', report }, state);
    expect(marks.get(nodeId(2))).toEqual({ tone: 'bad', label: 'the fault came in here' });
    expect([...marks.values()].map(({ tone }) => tone)).not.toContain('candidate');
  });
});

describe('the plan of a search', () => {
  const graph = sampleGraph();
  const kinds = ['provenance', 'version'] as const;

  it('counts the tests it takes at most, of the models above', () => {
    // Device a's second version, device a, and the base: the model itself and two more.
    expect(originPlan(graph, { bad: nodeId(3), kinds }).text).toBe('At most 3 tests of 3 models.');
    expect(originPlan(graph, { bad: nodeId(3), good: [nodeId(0)], kinds }).text).toBe(
      'At most 2 tests of 3 models.',
    );
    expect(originPlan(graph, { bad: nodeId(3), kinds: ['version'] }).text).toContain('of 2 models');
  });

  it('says when nothing is left to test, or nothing is above', () => {
    expect(originPlan(graph, { bad: nodeId(1), good: [nodeId(3)], kinds }).unfit).toBeUndefined();
    expect(originPlan(graph, { bad: nodeId(1), good: [nodeId(1)], kinds })).toMatchObject({
      unfit: true,
    });
    expect(originPlan(graph, { bad: nodeId(11), kinds }).text).toContain('no ancestors');
    expect(inheritPlan(graph, { bad: nodeId(3), kinds, every: true }).text).toContain('12 models');
  });
});

describe('tests that are offered', () => {
  const dataset = (name: string, snapshot: string, label?: string) =>
    ({
      id: name as DatasetId,
      name,
      snapshot: snapshot as SnapshotId,
      summary: label === undefined ? {} : { label },
    }) as DatasetRecord;

  it('need no data where there is none', () => {
    const names = suggestedTests(modelNode(0, 'a'), [], []).map(({ wish }) => wish.name);
    expect(names).toEqual(['Healthy weights']);
  });

  it('measure on the data of the recipe, for models of its type, and not twice', () => {
    const recipe = { data: [{ dataset: 's1' as SnapshotId }] };
    const node = { ...modelNode(0, 'a', { modelType: 'classifier' }), recipe } as never;
    const sets = [dataset('digits', 's1', 'label'), dataset('other', 's2', 'label')];
    const offered = suggestedTests(node, sets, ['Healthy weights']);
    expect(offered.map(({ wish }) => [wish.name, wish.data])).toEqual([
      ['Accuracy on digits', 'digits'],
      ['Fits half precision on digits', 'digits'],
    ]);
    expect(offered[0]?.wish.bindings).toEqual([{ is: 'type', modelType: 'classifier' }]);
  });
});
