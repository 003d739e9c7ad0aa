import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasSharedData, sharedPaths, sharedSource, sharedTitle } from '../sharedData.fixture.ts';
import { dataTypes } from './dataTypes.ts';
import { looksLikeOnnx } from './looksLikeOnnx.ts';
import { collect, parseFiles, reassembled, sha256 } from './parseOnnx.fixture.ts';

interface Seen {
  readonly tensors: number;
  readonly digest: string;
  readonly initializers: number;
  readonly initializerDigest: string;
  readonly operators: number;
  readonly outputs: readonly string[];
  readonly opsets: Readonly<Record<string, number>>;
}

const golden = JSON.parse(
  readFileSync(path.join(import.meta.dirname, 'golden/tensors.json'), 'utf8'),
) as Record<string, Seen>;
const files = Object.entries(golden);

describe.skipIf(!hasSharedData)(`parseOnnx on real models${sharedTitle}`, () => {
  it.each(files)(
    'sees in %s what protobufjs sees, and gives it back bit for bit',
    async (name, seen) => {
      const source = sharedSource(name);
      expect(await looksLikeOnnx(source)).toBe(true);
      const model = await parseFiles([source]);
      const [bytes] = await reassembled(model);
      const original = await source.read(0, source.sizeBytes);
      expect(bytes?.equals(original)).toBe(true);

      const lines = await Promise.all(
        model.tensors.map(async (tensor) => {
          const values = await collect(model.payload(tensor.payload ?? -1));
          const type = dataTypes.indexOf(tensor.dtype);
          return `${type} [${tensor.shape.join(',')}] ${sha256(values)} ${tensor.name}`;
        }),
      );
      const unnamed = lines.map((line) => line.split(' ', 3).join(' ')).sort();
      expect(unnamed).toHaveLength(seen.tensors);
      expect(sha256(unnamed.join('\n'))).toBe(seen.digest);
      const initializers = lines.slice(0, seen.initializers).join('\n');
      expect(sha256(initializers)).toBe(seen.initializerDigest);
      const { operators, opsets, outputs } = model.architecture;
      expect(Object.values(operators).reduce((a, b) => a + b, 0)).toBe(seen.operators);
      expect(opsets).toEqual(seen.opsets);
      expect(outputs.map((output) => output.name)).toEqual(seen.outputs);
    },
  );

  it('names the data file that was never published', async () => {
    const source = sharedSource('silero-vad/v6.2_op18_ifless_broken.onnx');
    await expect(parseFiles([source])).rejects.toMatchObject({
      code: 'companion-missing',
      data: { needs: 'temp_16.onnx.data' },
    });
  });

  it('gives the same layers to one architecture from three exporters', async () => {
    const kinds = new Set<string>();
    for (const name of sharedPaths(/^wakewords\/.*\.onnx$/)) {
      const { architecture } = await parseFiles([sharedSource(name)]);
      const { layers, edges } = architecture;
      kinds.add(JSON.stringify([layers.map(({ kind, attributes }) => [kind, attributes]), edges]));
      expect(architecture.parameterCount).toBe(50_401);
    }
    expect(kinds.size).toBe(1);
  });

  it('gives equal segments and literals to models of one exporter and architecture', async () => {
    const digests = new Set<string>();
    for (const name of ['silero-vad/v5.1.onnx', 'silero-vad/v6.2.onnx']) {
      const { files, tensors } = await parseFiles([sharedSource(name)]);
      const [file] = files;
      const parts: unknown[] = [];
      for (const each of file?.segments ?? [])
        parts.push(
          each.is === 'literal'
            ? sha256((await file?.source.read(each.offset, each.sizeBytes)) ?? '')
            : each,
        );
      digests.add(sha256(JSON.stringify([parts, tensors])));
    }
    expect(digests.size).toBe(1);
  });
});
