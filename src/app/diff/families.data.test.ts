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

/** The pairs of the truth whose files hold the same weights, of one format or two. */
const identical = hasFamilies
  ? knownPairs().filter(({ weights, child }) => weights === 'identical' && !child.includes('simple'))
  : []; // prettier-ignore

describe.skipIf(!hasFamilies)('the diff of real families', { timeout: 60_000 }, () => {
  it.each(identical)('$child has the weights of $parent', async ({ child, parent }) => {
    const { diff, rows } = await compared(parent, child);
    // What is added are tables that one exporter put in: boxes of a detector.
    const apart = diff.layers.filter(({ is }) => is !== 'equal');
    for (const { is, kind } of apart) expect(`${is} ${kind}`).toBe('added Affine');
    for (const { pair } of rows) expect(diff.tensors[pair]?.layer).toBeUndefined();
  });

  it('mnist-tiny: an export that stores its matrices across has the values of its checkpoint', async () => {
    const { diff, rows } = await compared(
      'mnist-tiny/BEST2_mnist_2x2_5_20_15_True_30e_False_False.pt',
      'mnist-tiny/model.onnx',
    );
    expect(diff.assumed).toEqual(['a']);
    expect(diff.tensors.filter(({ transposed }) => transposed)).toHaveLength(3);
    expect(rows.map(({ looksLike }) => looksLike)).toEqual(['equal', 'equal', 'equal']);
  });

  it('yunet: an export folds the batch norms into convolutions of the same sizes', async () => {
    const { diff } = await compared('yunet/n_2022-10.pth', 'yunet/n_2022-10_320.onnx');
    const [norms, others] = [true, false].map((norm) =>
      diff.layers.filter(({ kind }) => (kind === 'BatchNormalization') === norm),
    );
    expect(new Set(norms?.map(({ is }) => is))).toEqual(new Set(['removed']));
    const told = new Set(others?.map(({ is }) => is));
    expect(told.has('added') || told.has('removed')).toBe(false);
  });

  it('dnsmos, finetuned: every layer changed, none is another', async () => {
    const { diff, rows } = await compared('dnsmos/dnsmos_sig_bak_ovr.onnx', 'dnsmos/pdnsmos_sig_bak_ovr.onnx'); // prettier-ignore
    expect(diff.summary).toBe('12 layers: 12 changed');
    expect(diff.bounded).toEqual({ structural: 0, contextual: 1 });
    for (const { relative, cosine } of rows) {
      expect(relative).toBeLessThan(0.5);
      expect(cosine).toBeGreaterThan(0.85);
    }
  });
});
