import type {
  CascadeItem,
  CascadeItemState,
  CascadePlan,
  CascadeReport,
  CascadeState,
} from '../../core/cascadeViews.ts';
import type { NodeId, TestId } from '../../core/ids.ts';
import { sampleGraph } from '../lineage.fixture.ts';
import { nodeId } from '../modelNode.fixture.ts';

/** The base of the sample graph; models 1 and 2 are made from it, 4 as well, and 3 is version of 1. */
export const [old, first, second, imported, next] = [0, 1, 2, 4, 6].map(nodeId) as [
  NodeId,
  NodeId,
  NodeId,
  NodeId,
  NodeId,
];

export function nameOf(id: NodeId): string {
  return sampleGraph().nodes.find((node) => node.id === id)?.name ?? '';
}

function item(node: NodeId, extra: Partial<CascadeItem> = {}): CascadeItem {
  return {
    id: `item ${node}`,
    models: [{ node, name: `${nameOf(node)}@2`, revises: { node } }],
    choice: { is: 'recipe' },
    options: ['recipe', 'transplant', 'order', 'keep', 'leave'],
    after: [],
    parents: [{ old, now: { node: next } }],
    what: 'Finetune, 1 epoch of digits',
    estimate: { ms: 12_000, bytes: 34_000 },
    gates: [],
    ...extra,
  };
}

/** Two models to make, the second from the first, and one that cannot be made again. */
export function samplePlan(extra: Partial<CascadePlan> = {}): CascadePlan {
  return {
    order: { old, new: next },
    items: [
      item(first),
      item(second, {
        after: [`item ${first}`],
        parents: [{ old: first, now: { item: `item ${first}`, of: first } }],
        what: 'Average',
        estimate: { untrained: true, bytes: 1_000 },
      }),
    ],
    kept: [
      {
        node: imported,
        is: 'not-replayable',
        why: 'it has no recipe',
        options: ['transplant', 'order', 'keep', 'leave'],
      },
    ],
    warnings: [],
    estimate: { ms: 12_000, bytes: 35_000, unknown: 0 },
    ...extra,
  };
}

export function sampleState(
  states: readonly CascadeItemState[],
  comparisons: CascadeState['comparisons'] = [],
): CascadeState {
  const plan = samplePlan();
  return {
    id: 'cascade-1',
    plan,
    items: Object.fromEntries(
      plan.items.map(({ id }, at) => [id, states[at] ?? { is: 'waiting' }]),
    ),
    ms: 0,
    bytes: 0,
    comparisons,
  };
}

/** The first was rejected, so the second is not begun. */
export function rejectedReport(): CascadeReport {
  const state = sampleState(
    [
      { is: 'rejected', models: [nodeId(3)], why: 'Accuracy fell from 0.9 to 0.4' },
      { is: 'blocked', by: `item ${first}` },
    ],
    [
      {
        item: `item ${first}`,
        old: first,
        name: `${nameOf(first)}@2`,
        test: 'test' as TestId,
        testName: 'Reads digits',
        metric: 'accuracy',
        measure: { title: 'Accuracy', direction: 'max', unit: 'share' },
        before: 0.9,
        after: 0.4,
        verdicts: { before: 'pass', after: 'fail' },
        worse: true,
      },
    ],
  );
  return {
    state,
    made: 0,
    rejected: 1,
    failed: 0,
    blocked: 1,
    finished: true,
    summary: '0 models brought up to date; 1 rejected',
  };
}
