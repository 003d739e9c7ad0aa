import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { NodeId } from '../../core/ids.ts';
import { sharedSource } from '../../formats/sharedData.fixture.ts';
import { hasFamilies, knownPairs, noRun } from '../constructLineage.fixture.ts';
import { testBench } from '../import/importModels.fixture.ts';
import { diffService } from './diffService.ts';

async function compared(first: string, second: string) {
  const bench = await testBench();
  const { models } = await bench.importFiles([sharedSource(first), sharedSource(second)], { infer: false }); // prettier-ignore
  const idOf = (file: string): NodeId => {
    const found = models.find((model) => model.file === file);
    if (found === undefined || !('id' in found)) throw new Error(`${file} was not imported`);
    return found.id;
  };
  const [a, b] = [idOf(first), idOf(second)];
  const service = diffService(bench.ports);
  const diff = await service.diff(a, b, noRun);
  const rows = await service.tensorDifferences(a, b, undefined, noRun, () => undefined);
  return { diff, rows };
}

const pairs = hasFamilies
  ? knownPairs()
      .filter(({ child, parent }) => [child, parent].every((file) => /\.(onnx|pth|pt|safetensors)$/.test(file)))
      .filter(({ child, parent }) => path.dirname(child) === path.dirname(parent))
  : []; // prettier-ignore

describe.skipIf(!hasFamilies)('the diff of real families', { timeout: 60_000 }, () => {
  it.each(pairs.slice(0, 12))('$child of $parent ($relation)', async ({ child, parent, ...pair }) => {
    const { diff, rows } = await compared(parent, child);
    expect(diff.layers.length).toBeGreaterThan(0);
    for (const row of rows) {
      expect(row.norm).toBeGreaterThanOrEqual(0);
      expect(Math.abs(row.cosine) <= 1 + 1e-9 || Number.isNaN(row.cosine)).toBe(true);
    }
    console.log(child, parent, pair.relation, pair.weights, diff.summary, JSON.stringify(diff.bounded), rows.slice(0, 3).map(({ looksLike, relative }) => `${looksLike} ${relative}`).join('; ')); // prettier-ignore
  });
}); // prettier-ignore
