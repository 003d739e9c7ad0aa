import { describe, expect, it } from 'vitest';
import type { ModelNode } from '../../core/lineage/graph.ts';
import { creationGraph } from '../creation.fixture.ts';
import { fakeLineage, sampleGraph } from '../lineage.fixture.ts';
import { createMgit } from '../mgit.ts';
import { readTyped, words } from './typed.ts';

const graph = sampleGraph();

describe('typed commands', () => {
  it('split words and keep what is quoted together', () => {
    expect(words(`mgit rename "my model" 'b c' d`)).toEqual([
      'mgit',
      'rename',
      'my model',
      'b c',
      'd',
    ]);
  });

  it('do what they say', async () => {
    const mgit = createMgit(fakeLineage());
    await readTyped('mgit rename gtcrn denoiser', graph)?.run?.(mgit);
    await readTyped('connect version yunet-2023 gtcrn', graph)?.run?.(mgit);
    const after = await mgit.graph();
    expect(after.nodes.map(({ name }) => name)).toContain('denoiser');
    expect(after.edges.at(-1)?.kind).toBe('version');
  });

  it('open the views that compare, merge, test, search and update', () => {
    const [a, b] = graph.nodes as [ModelNode, ModelNode];
    const names = `"${a.name}" "${b.name}"`;
    const act = (text: string) => readTyped(text, graph)?.act;
    expect(act(`mgit diff ${names}`)).toEqual({
      is: 'work',
      work: { is: 'diff', a: a.id, b: b.id },
    });
    expect(act(`merge ${names}`)).toEqual({
      is: 'work',
      work: { is: 'merge', x: a.id, y: b.id },
    });
    expect(act(`test ${names}`)).toEqual({
      is: 'work',
      work: { is: 'tests', nodes: [a.id, b.id] },
    });
    expect(act(`cascade ${names}`)).toEqual({
      is: 'side',
      side: { is: 'cascade', old: a.id, new: b.id },
    });
    expect(act(`bisect "${a.name}"`)).toEqual({
      is: 'side',
      side: { is: 'search', node: a.id },
    });
    expect(act('diff nobody gtcrn')).toBeUndefined();
  });

  it('give a branch to a model', async () => {
    const asked: unknown[] = [];
    const typed = readTyped('mgit branch production gtcrn', graph);
    expect(typed?.title).toBe('branch production at gtcrn');
    await typed?.run?.({
      addBranch: (...given: unknown[]) => Promise.resolve(asked.push(given)),
    } as never);
    expect(asked).toEqual([['production', graph.nodes.at(-1)?.id]]);
    expect(readTyped('mgit branch production', graph)?.title).toContain('branch <name> <model>');
  });

  it('say what is expected when an argument names no model', () => {
    const typed = readTyped('mgit connect version nobody gtcrn', graph);
    expect(typed?.run).toBeUndefined();
    expect(typed?.title).toContain('connect provenance|version <from> <to>');
  });

  it('make models from models and data sets named, and refuse names of neither', () => {
    const made = creationGraph();
    expect(readTyped('mgit create finetune resnet20-base --data digits', made)).toEqual({
      title: 'finetune resnet20-base on digits',
      act: { is: 'create', function: 'finetune', parents: [made.nodes[0]?.id], data: ['data-1'] },
    });
    expect(readTyped('mgit replay digits-slow', made)?.act).toEqual({
      is: 'replay',
      node: made.nodes[1]?.id,
    });
    expect(readTyped('mgit create finetune resnet20-base --data none', made)?.act).toBeUndefined();
  });

  it('are not made of inherited names', () => {
    expect(readTyped('constructor a b', graph)).toBeUndefined();
  });
});
