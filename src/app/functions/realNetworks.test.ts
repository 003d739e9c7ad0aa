import { describe, expect, test } from 'vitest';
import { ndArray } from '../../autograd/evaluate/ndArray.ts';
import { expectSame, runOnnxBytes, runOnnxRuntime } from '../../compute/runOnnxRuntime.fixture.ts';
import { elementCount } from '../../core/dtype.ts';
import { randomFrom } from '../../core/data/random.ts';
import type { ValueInfo } from '../../core/network/network.ts';
import { readNetwork } from '../../formats/onnx/network/readNetwork.ts';
import {
  hasSharedData,
  sharedPaths,
  sharedSource,
  sharedTitle,
} from '../../formats/sharedData.fixture.ts';

const run = { signal: { aborted: false, throwIfAborted: () => undefined } };

/** Symbolic extents: enough samples where they are counted, else one. */
function fed({ name, dtype, shape }: ValueInfo, path: string) {
  const extents = shape.map((extent, axis) => {
    if (typeof extent === 'number') return extent;
    if (axis === 0 || !path.startsWith('silero') || !name.startsWith('input')) return 1;
    return path.includes('v2_micro') ? 4000 : 512;
  });
  const random = randomFrom(7);
  const whole = dtype.startsWith('i');
  const numbers = Float64Array.from({ length: elementCount(extents) }, () =>
    whole ? 16_000 : Math.fround(random.normal() / 4),
  );
  return [name, ndArray(dtype, extents, numbers)] as const;
}

describe.skipIf(!hasSharedData)(`networks of real files${sharedTitle}`, () => {
  const paths = sharedPaths(/\.onnx$/).filter((name) => !name.includes('ifless_broken'));

  test.each(paths)('compute in %s what the file computes', async (path) => {
    const source = sharedSource(path);
    const network = await readNetwork({ name: 'm', format: 'onnx', files: [source] }, run);
    const feeds = new Map(network.inputs.map((input) => fed(input, path)));
    const theirs = await runOnnxBytes(source.bytes, feeds);
    const ours = await runOnnxRuntime(network, feeds);
    expect([...ours.keys()]).toEqual([...theirs.keys()]);
    for (const [name, value] of theirs) {
      const other = ours.get(name);
      if (other === undefined) throw new Error(`no ${name}`);
      // Old files let weights be fed, so the runtime cannot fold them: other rounding.
      expectSame(other, value, name, { rtol: 1e-4, atol: 1e-5 });
    }
  });
});
