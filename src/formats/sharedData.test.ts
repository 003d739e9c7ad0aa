import { describe, expect, it } from 'vitest';
import { assemble } from './segments/assemble.ts';
import { parsePytorch } from './pytorch/parsePytorch.ts';
import { parseSafetensors } from './safetensors/parseSafetensors.ts';
import { hasSharedData, sharedPaths, sharedSource, sharedTitle } from './sharedData.fixture.ts';
import { bytesOf, freeRun, store, wholeOf } from './snapshot.fixture.ts';

describe.skipIf(!hasSharedData)(`real checkpoints${sharedTitle}`, () => {
  const names = sharedPaths(/\.(pth|pt|th|tar|jit|safetensors)$/);

  it.each(names)('gives %s back byte for byte', async (name) => {
    const source = sharedSource(name);
    const model = name.endsWith('.safetensors')
      ? await parseSafetensors(source, name)
      : await parsePytorch(source, name, freeRun);
    expect(model.tensors.length).toBeGreaterThan(0);
    const { skeleton, manifest, content } = await store(model);
    const [file] = assemble(skeleton, manifest, content);
    if (file === undefined) throw new Error('no file');
    expect(file.sizeBytes).toBe(source.sizeBytes);
    expect(Buffer.compare(await bytesOf(file), await wholeOf(source))).toBe(0);
  });
});
