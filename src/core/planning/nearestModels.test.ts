import { describe, expect, it } from 'vitest';
import { finetuned, printOf, replaced, trained } from '../construction/synthetic.fixture.ts';
import { modelSketches, nearestModels } from './nearestModels.ts';

const root = trained(1);
const near = finetuned(root, 0.01, 2);
const child = finetuned(near, 0.001, 3);

function chosen(models: Parameters<typeof printOf>[0][], most = 2): number[] {
  const sketches = models.map((model) => modelSketches(printOf(model)));
  return nearestModels(printOf(child), sketches, most);
}

describe('nearestModels', () => {
  it('takes the model that is nearest, and no other that adds nothing', () => {
    expect(chosen([root, trained(9), near, finetuned(root, 0.01, 8)])).toEqual([2]);
  });

  it('takes a second one where it holds a part that is nearer', () => {
    const head = (name: string): boolean => name.startsWith('fc') || name.startsWith('conv4');
    const body = replaced(near, head, 50);
    const heads = replaced(near, (name) => !head(name), 60);
    expect(chosen([body, heads]).sort()).toEqual([0, 1]);
    expect(chosen([body, heads, near])).toEqual([2]);
  });

  it('takes one model though nothing is gained: true codecs may see more', () => {
    expect(chosen([trained(30), trained(31)])).toHaveLength(1);
    expect(chosen([])).toEqual([]);
  });

  it('finds a model whose tensors have other names', () => {
    const renamed = { ...near, tensors: near.tensors.map((t, i) => ({ ...t, name: `t${i}` })) };
    expect(chosen([trained(9), renamed])).toEqual([1]);
  });
});
