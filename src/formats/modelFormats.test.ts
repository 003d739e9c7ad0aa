import { describe, expect, it } from 'vitest';
import { modelFormats } from './modelFormats.ts';
import { hasSharedData, sharedPaths, sharedSource, sharedTitle } from './sharedData.fixture.ts';
import { bytesOf, freeRun, store, wholeOf } from './snapshot.fixture.ts';

const formats = modelFormats();

describe.skipIf(!hasSharedData)(`the folder of real models${sharedTitle}`, () => {
  it('is sorted into its 93 models, and nothing is rejected', async () => {
    const files = sharedPaths(/\.[a-zA-Z]+$/).map(sharedSource);
    const { candidates, rejected, ignored } = await formats.group(files, freeRun);
    expect(rejected.map(({ file, error }) => `${file.path}: ${error.message}`)).toEqual([]);
    expect(candidates.map(({ files: [main] }) => main?.path)).toEqual(
      sharedPaths(/\.(onnx|pth|pt|th|tar|jit|safetensors)$/),
    );
    expect(ignored.every(({ path }) => /\.(md|txt|json)$/.test(path))).toBe(true);
  }, 60_000);

  it('comes back byte for byte, and its layer graphs are read again from the store', async () => {
    for (const name of sharedPaths(/\.(onnx|pth|pt|th|tar|jit|safetensors)$/)) {
      if (name.includes('broken')) continue;
      const source = sharedSource(name);
      const { candidates } = await formats.group([source], freeRun);
      const [candidate] = candidates;
      if (candidate === undefined) throw new Error(name);
      const parsed = await formats.parse(candidate, freeRun);
      const { skeleton, manifest, content } = await store(parsed);
      const [file] = formats.assemble(skeleton, manifest, content);
      if (file === undefined) throw new Error(name);
      expect(Buffer.compare(await bytesOf(file), await wholeOf(source)), name).toBe(0);
      const again = await formats.architecture(skeleton, manifest, content, freeRun);
      expect(again, name).toEqual(parsed.architecture);
    }
  }, 60_000);

  it('has one broken model, whose error names the file that it lacks', async () => {
    const [name] = sharedPaths(/broken\.onnx$/);
    const { candidates } = await formats.group([sharedSource(name ?? '')], freeRun);
    const [candidate] = candidates;
    if (candidate === undefined) throw new Error('no candidate');
    await expect(formats.parse(candidate, freeRun)).rejects.toMatchObject({
      code: 'companion-missing',
      data: { file: name, needs: 'temp_16.onnx.data' },
    });
  }, 60_000);
});
