import { describe, expect, it } from 'vitest';
import type { NodeId } from '../ids.ts';
import { applyChanges, invertChanges } from '../lineage/applyChanges.ts';
import type { Draft } from '../lineage/editLineage.ts';
import type { EdgeKind } from '../lineage/graph.ts';
import { dataOf, lineageOf, type Lineage } from '../lineage/lineage.ts';
import { testEdge, testNode } from '../lineage/lineage.fixture.ts';
import type { Operation } from '../lineage/operation.ts';
import { previewRemoval, removeNodes } from '../lineage/removeNodes.ts';
import type { Branch } from './branch.ts';
import { branchViewsOf } from './branchViewsOf.ts';
import { addBranch, moveBranch, removeBranch, renameBranch } from './editBranches.ts';
import { standingOf, versionOrder } from './standing.ts';

const id = (name: string) => name as NodeId;

function branch(name: string, head: string): Branch {
  return { name, head: id(head), notes: '', createdAt: 0 };
}

/** Edges as `a>b` (version) or `a-b` (provenance). */
function lineage(edges: string, branches: readonly Branch[] = []): Lineage {
  const made = edges.split(' ').map((text) => {
    const kind: EdgeKind = text.includes('>') ? 'version' : 'provenance';
    const [from = '', to = ''] = text.split(/[->]/);
    return testEdge(from, to, kind);
  });
  const names = [...new Set(made.flatMap(({ from, to }) => [from, to]))];
  const nodes = names.map((name) => testNode(name));
  return lineageOf({ nodes, edges: made, rejections: [], datasets: [], tests: [], branches });
}

function log() {
  const operations: Operation[] = [];
  return {
    operations,
    apply: (now: Lineage, draft: Draft) => {
      const operation = { id: `o${operations.length}` as never, at: operations.length, ...draft };
      applyChanges(now, draft.changes, operation.id);
      operations.push(operation);
    },
  };
}

describe('a branch', () => {
  it('is added, moved with a reason, renamed and removed, and its moves are kept', () => {
    const now = lineage('a>b b>c');
    const { operations, apply } = log();
    apply(now, addBranch(now, branch(' production ', 'a')));
    apply(now, moveBranch(now, 'production', id('b'), 'passes all tests'));
    apply(now, renameBranch(now, 'production', 'live'));
    apply(now, moveBranch(now, 'live', id('c')));
    const [view] = branchViewsOf(now, operations);
    expect(view).toMatchObject({ name: 'live', head: 'c', standing: { is: 'head' } });
    expect(view).not.toHaveProperty('reason');
    expect(view?.moves.map(({ title }) => title)).toEqual([
      'Moved the branch live from b to c',
      'Renamed the branch production to live',
      'Moved the branch production from a to b: passes all tests',
      'Added the branch production at a',
    ]);
    expect(view?.moves[2]).toMatchObject({ from: 'a', to: 'b', reason: 'passes all tests' });
    apply(now, removeBranch(now, 'live'));
    expect(now.branches.size).toBe(0);
    for (const { changes } of operations.toReversed())
      applyChanges(now, invertChanges(changes), 'undo' as never);
    expect(dataOf(now)).toEqual(dataOf(lineage('a>b b>c')));
  });

  it('needs a name that is free and says something, and a model that is there', () => {
    const now = lineage('a>b', [branch('main', 'a')]);
    expect(() => addBranch(now, branch('main', 'b'))).toThrow(/name-taken/);
    expect(() => addBranch(now, branch('  ', 'b'))).toThrow(/name-invalid/);
    expect(() => addBranch(now, branch('theirs/main', 'b'))).toThrow(/name-invalid/);
    expect(() => addBranch(now, branch('other', 'zzz'))).toThrow(/node-missing/);
    expect(() => moveBranch(now, 'other', id('b'))).toThrow(/branch-missing/);
    expect(() => renameBranch(now, 'main', 'main')).toThrow(/name-taken/);
    expect(() => removeBranch(now, 'constructor')).toThrow(/branch-missing/);
  });

  it('is behind where all newer versions end in one model, a merged fork included', () => {
    expect(standingOf(lineage('a>b b>c'), id('a'))).toEqual({ is: 'behind', by: 2, forward: 'c' });
    expect(standingOf(lineage('a>b a>c b>d c>d'), id('a'))).toEqual({ is: 'behind', by: 3, forward: 'd' }); // prettier-ignore
    expect(standingOf(lineage('a>b a>c'), id('a'))).toEqual({ is: 'forked', by: 2, heads: ['b', 'c'] }); // prettier-ignore
    expect(standingOf(lineage('a-b'), id('a'))).toEqual({ is: 'head' });
    expect(versionOrder(lineage('a>b a>c'), id('b'), id('c'))).toBe('diverged');
    expect(versionOrder(lineage('a>b b>c'), id('c'), id('a'))).toBe('after');
  });

  it('knows how the branch of the other lineage stands to it', () => {
    const other = (edges: string, ours: string, theirs: string) =>
      branchViewsOf(lineage(edges, [branch('main', ours), branch('theirs/main', theirs)]), [])[0]
        ?.other?.is;
    expect(other('a>b a>c', 'b', 'c')).toBe('diverged');
    expect(other('a>b b>c', 'a', 'c')).toBe('ahead');
    expect(other('a>b b>c', 'c', 'a')).toBeUndefined();
    expect(other('a>b a>c b>m c>m', 'b', 'c')).toBeUndefined();
    expect(other('a>b a>c b>m c>m', 'm', 'c')).toBeUndefined();
  });
});

describe('removing the model at a branch', () => {
  it('takes the branch back to the nearest version that stays, in the same operation', () => {
    const now = lineage('a>b b>c p-c', [branch('main', 'c'), branch('old', 'a')]);
    const draft = removeNodes(now, [id('c'), id('b')], 'detach');
    expect(previewRemoval(now, [id('c'), id('b')]).branches).toEqual([
      { name: 'main', from: 'c', to: 'a' },
    ]);
    applyChanges(now, draft.changes, 'o' as never);
    expect([...now.branches.values()].map(({ head }) => head)).toEqual(['a', 'a']);
    applyChanges(now, invertChanges(draft.changes), 'u' as never);
    expect(now.branches.get('main')?.head).toBe('c');
  });

  it('falls back to a parent, and else removes the branch', () => {
    const now = lineage('p-c x>y', [branch('main', 'c'), branch('side', 'x')]);
    applyChanges(now, removeNodes(now, [id('c'), id('x')], 'detach').changes, 'o' as never);
    expect(now.branches.get('main')?.head).toBe('p');
    expect(now.branches.has('side')).toBe(false);
  });
});
