import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ParsedModel } from '../../core/ports/modelFormats.ts';
import { parsePytorch } from '../pytorch/parsePytorch.ts';
import { parseSafetensors } from '../safetensors/parseSafetensors.ts';
import { tensorPieces } from '../safetensors/tensorPieces.ts';
import { hasSharedData, sharedSource, sharedTitle } from '../sharedData.fixture.ts';
import { freeRun, store } from '../snapshot.fixture.ts';

type Golden = Record<string, { tensors: number; digest: string; first: string }>;

const golden = JSON.parse(
  readFileSync(new URL('checkpoints.json', import.meta.url), 'utf8'),
) as Golden;

async function lines(model: ParsedModel): Promise<string[]> {
  const { content } = await store(model);
  const made: string[] = [];
  for (const tensor of model.tensors) {
    const hash = createHash('sha256');
    for await (const piece of tensorPieces(tensor, content)) hash.update(piece);
    const shape = `[${tensor.shape.join(', ')}]`;
    made.push(`${tensor.name} ${tensor.dtype} ${shape} ${hash.digest('hex')}`);
  }
  return made;
}

describe.skipIf(!hasSharedData)(`an independent reader${sharedTitle}`, () => {
  it.each(Object.entries(golden))('finds the same tensors in %s', async (name, expected) => {
    const source = sharedSource(name);
    const model = name.endsWith('.safetensors')
      ? await parseSafetensors(source, name)
      : await parsePytorch(source, name, freeRun);
    const found = await lines(model);
    expect(found[0]).toBe(expected.first);
    expect(found.length).toBe(expected.tensors);
    expect(createHash('sha256').update(found.join('\n')).digest('hex')).toBe(expected.digest);
  });
});
