import { describe, expect, it } from 'vitest';
import type { TensorDifference } from '../core/diffViews.ts';
import { fakeLineage } from './lineage.fixture.ts';
import { createMgit } from './mgit.ts';

describe('comparing models by script', () => {
  it('finds models by name, passes the pairs on, and tells rows in order at the end', async () => {
    const calls: unknown[] = [];
    const row = (pair: number): TensorDifference => ({ pair }) as TensorDifference;
    const mgit = createMgit(
      fakeLineage(undefined, {
        tensorDifferences: (a, b, pairs, _signal, _onProgress, onRow) => {
          calls.push([a === b, pairs]);
          onRow(row(2));
          return Promise.resolve([row(2), row(1)]);
        },
      }),
    );
    const [first, second] = (await mgit.graph()).nodes;
    const heard: number[] = [];
    const rows = await mgit.tensorDifferences(first?.name ?? '', second?.id ?? '', {
      pairs: [1, 2],
      onRow: ({ pair }) => heard.push(pair),
    });
    expect(calls).toEqual([[false, [1, 2]]]);
    expect([heard, rows.map(({ pair }) => pair)]).toEqual([[2], [1, 2]]);
  });
});
