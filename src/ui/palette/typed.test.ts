import { describe, expect, it } from 'vitest';
import { fakeLineage, sampleGraph } from '../lineage.fixture.ts';
import { createMgit } from '../mgit.ts';
import { readTyped, words } from './typed.ts';

const { nodes } = sampleGraph();

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
    await readTyped('mgit rename gtcrn denoiser', nodes)?.run?.(mgit);
    await readTyped('connect version yunet-2023 gtcrn', nodes)?.run?.(mgit);
    const graph = await mgit.graph();
    expect(graph.nodes.map(({ name }) => name)).toContain('denoiser');
    expect(graph.edges.at(-1)?.kind).toBe('version');
  });

  it('say what is expected when an argument names no model', () => {
    const typed = readTyped('mgit connect version nobody gtcrn', nodes);
    expect(typed?.run).toBeUndefined();
    expect(typed?.title).toContain('connect provenance|version <from> <to>');
  });

  it('are not made of inherited names', () => {
    expect(readTyped('constructor a b', nodes)).toBeUndefined();
  });
});
