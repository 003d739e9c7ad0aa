import { describe, expect, it } from 'vitest';
import type { NodeId } from '../core/ids.ts';
import { LineageError } from '../core/lineageError.ts';
import { fakeLineage } from './lineage.fixture.ts';
import { incoming } from './longCall.ts';
import { createMgit } from './mgit.ts';

describe('the JavaScript API', () => {
  it('takes a file with the path of the folder it came from', () => {
    const file = new File(['x'], 'a.onnx');
    Object.defineProperty(file, 'webkitRelativePath', { value: 'models/a.onnx' });
    expect(incoming(file).path).toBe('models/a.onnx');
    expect(incoming(new File(['x'], 'b.onnx')).path).toBe('b.onnx');
  });

  it('passes files, options, signal and progress of an import as the wire wants them', async () => {
    const controller = new AbortController();
    const calls: unknown[] = [];
    const mgit = createMgit(
      fakeLineage(undefined, {
        importFiles: (files, options, signal, onProgress) => {
          calls.push([files.map(({ path }) => path), options, signal, typeof onProgress]);
          return Promise.reject(
            new LineageError('quota-exceeded', { neededBytes: 1, availableBytes: 0 }),
          );
        },
      }),
    );
    const file = { file: new File(['x'], 'a.onnx'), path: 'deep/a.onnx' };
    await expect(
      mgit.import([file], { infer: false, signal: controller.signal }),
    ).rejects.toMatchObject({ code: 'quota-exceeded', data: { neededBytes: 1 } });
    expect(calls).toEqual([[['deep/a.onnx'], { infer: false }, controller.signal, 'function']]);
  });

  it('gives nodes and edges with the names of the design', async () => {
    const { nodes, edges } = await createMgit(fakeLineage()).graph();
    expect(nodes[0]).toMatchObject({ id: expect.any(String) as string, name: 'resnet20-base' });
    expect(edges[0]).toMatchObject({
      kind: 'provenance',
      from: nodes[0]?.id,
      to: nodes[1]?.id,
      grade: 'inferred',
    });
  });

  it('removes one model or several, connects and disconnects', async () => {
    const mgit = createMgit(fakeLineage());
    const [a, b, c] = (await mgit.graph()).nodes.map(({ id }) => id) as [NodeId, NodeId, NodeId];
    await mgit.connect('version', a, c);
    expect((await mgit.graph()).edges).toContainEqual({
      kind: 'version',
      from: a,
      to: c,
      grade: 'declared',
    });
    await mgit.disconnect('version', a, c);
    await mgit.remove(b);
    expect((await mgit.graph()).nodes.map(({ id }) => id)).not.toContain(b);
    expect((await mgit.undo()).kind).toBe('remove');
    expect((await mgit.graph()).nodes.map(({ id }) => id)).toContain(b);
  });

  it('keeps removed models for undo unless told to forget them', async () => {
    const kept: unknown[] = [];
    const mgit = createMgit(
      fakeLineage(undefined, {
        collect: (keepUndo) => {
          kept.push(keepUndo);
          return Promise.resolve({ chunks: 0, bytes: 0 });
        },
      }),
    );
    await mgit.collect();
    await mgit.collect({ forgetUndo: false });
    await mgit.collect({ forgetUndo: true });
    expect(kept).toEqual([undefined, undefined, 0]);
  });
});
