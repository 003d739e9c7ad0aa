import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NodeId, OperationId } from '../ids.ts';
import { isLineageError } from '../lineageError.ts';
import { applyChanges, invertChanges } from './applyChanges.ts';
import * as edit from './editLineage.ts';
import type { EdgeKind } from './graph.ts';
import { testEdge, testNode } from './lineage.fixture.ts';
import { dataOf, emptyLineage, lineageOf, pathDown, type Lineage } from './lineage.ts';
import type { Change } from './operation.ts';
import { previewRemoval, removeNodes } from './removeNodes.ts';

const operation = 'o' as OperationId;
const id = (name: string) => name as NodeId;

/** base → a → b, base → c by provenance; a → c by version. */
function family(): Lineage {
  const lineage = emptyLineage();
  const nodes = ['base', 'a', 'b', 'c'].map((name): Change => ({
    of: 'node',
    after: testNode(name),
  }));
  const edges = [
    testEdge('base', 'a'),
    testEdge('a', 'b'),
    testEdge('base', 'c'),
    testEdge('a', 'c', 'version'),
  ].map((after): Change => ({ of: 'edge', after }));
  applyChanges(lineage, [...nodes, ...edges], operation);
  return lineage;
}

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (isLineageError(error)) return error.code;
    throw error;
  }
  return 'nothing';
}

describe('applyChanges', () => {
  it('refuses an edge that closes a cycle, over both kinds, and names the path', () => {
    const lineage = family();
    const before = dataOf(lineage);
    const work = () => {
      applyChanges(lineage, edit.connectNodes(lineage, testEdge('c', 'base')).changes, operation);
    };
    expect(work).toThrow(/lineage-cycle.*"base","c"/);
    expect(codeOf(work)).toBe('lineage-cycle');
    expect(dataOf(lineage)).toEqual(before);
  });

  it('refuses an edge from a model to itself', () => {
    const lineage = family();
    const { changes } = edit.connectNodes(lineage, testEdge('a', 'a'));
    expect(
      codeOf(() => {
        applyChanges(lineage, changes, operation);
      }),
    ).toBe('lineage-cycle');
  });

  it('refuses a change whose before is not what is there, and changes nothing', () => {
    const lineage = family();
    const before = dataOf(lineage);
    const stale = { ...testNode('a'), notes: 'stale' };
    const changes: Change[] = [
      { of: 'node', after: testNode('new') },
      { of: 'node', before: stale, after: testNode('a') },
    ];
    expect(
      codeOf(() => {
        applyChanges(lineage, changes, operation);
      }),
    ).toBe('operation-conflict');
    expect(dataOf(lineage)).toEqual(before);
  });

  it('refuses a node that would leave edges behind', () => {
    const lineage = family();
    const changes: Change[] = [{ of: 'node', before: testNode('a') }];
    expect(
      codeOf(() => {
        applyChanges(lineage, changes, operation);
      }),
    ).toBe('lineage-invalid');
  });

  it('refuses a name that another model has', () => {
    const lineage = family();
    const before = testNode('a');
    const changes: Change[] = [{ of: 'node', before, after: { ...before, name: 'b' } }];
    expect(
      codeOf(() => {
        applyChanges(lineage, changes, operation);
      }),
    ).toBe('name-taken');
    expect(lineage.names.get('b')).toBe('b');
  });

  it('refuses a third version predecessor', () => {
    const lineage = family();
    applyChanges(
      lineage,
      edit.connectNodes(lineage, testEdge('b', 'c', 'version')).changes,
      operation,
    );
    const { changes } = edit.connectNodes(lineage, testEdge('base', 'c', 'version'));
    expect(
      codeOf(() => {
        applyChanges(lineage, changes, operation);
      }),
    ).toBe('lineage-invalid');
  });
});

describe('editing', () => {
  it('refuses names that cannot be shown', () => {
    const lineage = family();
    for (const name of ['', '   ', 'a\nb', 'x'.repeat(201)])
      expect(codeOf(() => edit.renameNode(lineage, id('a'), name))).toBe('name-invalid');
    expect(codeOf(() => edit.renameNode(lineage, id('a'), ' b '))).toBe('name-taken');
  });

  it('remembers a rejected pair in either order, and a connection by hand withdraws it', () => {
    const lineage = family();
    applyChanges(
      lineage,
      edit.rejectEdge(lineage, 'provenance', id('base'), id('a')).changes,
      operation,
    );
    expect(dataOf(lineage).rejections).toHaveLength(1);
    applyChanges(lineage, edit.connectNodes(lineage, testEdge('a', 'base')).changes, operation);
    expect(dataOf(lineage).rejections).toHaveLength(0);
  });

  it('keeps tags sorted and once', () => {
    const lineage = family();
    applyChanges(
      lineage,
      edit.tagNodes(lineage, [id('a')], ['z', ' a ', 'z'], []).changes,
      operation,
    );
    expect(lineage.nodes.get(id('a'))?.tags).toEqual(['a', 'z']);
    applyChanges(lineage, edit.tagNodes(lineage, [id('a')], [], ['z']).changes, operation);
    expect(lineage.nodes.get(id('a'))?.tags).toEqual(['a']);
  });
});

describe('removal', () => {
  it('previews the models left without a parent and the edges that would join them', () => {
    const preview = previewRemoval(family(), [id('a')]);
    expect(preview.orphans).toEqual([
      { node: 'b', kinds: ['provenance'] },
      { node: 'c', kinds: ['version'] },
    ]);
    expect(preview.reattached).toEqual([{ kind: 'provenance', from: 'base', to: 'b' }]);
  });

  it('refuses, detaches, re-attaches or takes along what is below', () => {
    const outcome = (policy: 'detach' | 'reattach' | 'remove') => {
      const lineage = family();
      applyChanges(lineage, removeNodes(lineage, [id('a')], policy).changes, operation);
      const { nodes, edges } = dataOf(lineage);
      return [nodes.map((node) => node.name).sort(), edges.map(({ from, to }) => from + to).sort()];
    };
    expect(codeOf(() => removeNodes(family(), [id('a')], 'refuse'))).toBe('lineage-invalid');
    expect(outcome('detach')).toEqual([['b', 'base', 'c'], ['basec']]);
    expect(outcome('reattach')).toEqual([
      ['b', 'base', 'c'],
      ['baseb', 'basec'],
    ]);
    expect(outcome('remove')).toEqual([['base', 'c'], ['basec']]);
  });
});

describe('any history of edits', () => {
  const kinds: EdgeKind[] = ['provenance', 'version'];
  const step = fc.tuple(fc.nat(6), fc.nat(7), fc.nat(7), fc.constantFrom(...kinds));

  it('keeps the graph acyclic and its names unique, and is taken back exactly', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const lineage = emptyLineage();
        const states = [normal(lineage)];
        const done: (readonly Change[])[] = [];
        for (const [action, first, second, kind] of steps) {
          const changes = attempt(lineage, action, `n${first}`, `n${second}`, kind);
          if (changes === undefined) continue;
          done.push(changes);
          states.push(normal(lineage));
        }
        expectValid(lineage);
        for (const changes of done.toReversed()) {
          expect(normal(lineage)).toEqual(states.pop());
          applyChanges(lineage, invertChanges(changes), operation);
        }
        expect(normal(lineage)).toEqual(states.pop());
      }),
      { numRuns: 300 },
    );
  });

  /** The changes if the edit was possible. A refused one must leave everything as it was. */
  function attempt(
    lineage: Lineage,
    action: number,
    first: string,
    second: string,
    kind: EdgeKind,
  ): readonly Change[] | undefined {
    const before = normal(lineage);
    try {
      const changes = draft(lineage, action, first, second, kind);
      applyChanges(lineage, changes, operation);
      return changes;
    } catch (error) {
      if (!isLineageError(error)) throw error;
      expect(normal(lineage)).toEqual(before);
      return undefined;
    }
  }

  function draft(lineage: Lineage, action: number, first: string, second: string, kind: EdgeKind) {
    const [a, b] = [id(first), id(second)];
    const drafts = [
      () => [{ of: 'node', after: testNode(first) } as const],
      () => edit.connectNodes(lineage, testEdge(first, second, kind)).changes,
      () => edit.rejectEdge(lineage, kind, a, b).changes,
      () => edit.reverseEdge(lineage, kind, a, b).changes,
      () => removeNodes(lineage, [a], 'reattach').changes,
      () => removeNodes(lineage, [a, b], 'remove').changes,
      () => edit.renameNode(lineage, a, `${second}!`).changes,
    ];
    return drafts[action]?.() ?? [];
  }

  function normal(lineage: Lineage) {
    const { nodes, edges, rejections } = dataOf(lineage);
    const sorted = (values: readonly unknown[]) => values.map((v) => JSON.stringify(v)).sort();
    return [sorted(nodes), sorted(edges), sorted(rejections)];
  }

  function expectValid(lineage: Lineage) {
    const { nodes, edges } = dataOf(lineage);
    expect(new Set(nodes.map((node) => node.name)).size).toBe(nodes.length);
    for (const { from, to } of edges) {
      expect(lineage.nodes.has(from) && lineage.nodes.has(to)).toBe(true);
      expect(pathDown(lineage, to, from)).toBeUndefined();
    }
    expect(normal(lineageOf(dataOf(lineage)))).toEqual(normal(lineage));
  }
});
