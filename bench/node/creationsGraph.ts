import type { CreateOrder } from '../../src/core/creationViews.ts';
import type { NodeId } from '../../src/core/ids.ts';
import type { Graph } from '../../tools/lineages/graph.ts';
import { trainBase, type LineageBench } from '../../tools/lineages/lineageBench.ts';
import { smallCnn } from '../../tools/lineages/networks.ts';
import {
  addPictures,
  baseData,
  digits,
  pictureInput,
  pictureUse,
} from '../../tools/lineages/pictureData.ts';
import { pickedPictures, someRows, type Pictures } from '../../tools/lineages/pictures.ts';
import type { TruthNode } from '../../tools/lineages/truth.ts';

type Step = Omit<CreateOrder, 'name' | 'parents' | 'data'> & {
  readonly name: string;
  readonly from: readonly string[];
  readonly trained?: true;
};

const settings = { learningRate: 5e-4, epochs: 1, batchSize: 16, keep: 'last' } as const;

/** One child of each creation function whose result follows from its parents in a way of its own. */
const steps: readonly Step[] = [
  { name: 'finetuned', function: 'finetune', from: ['base'], trained: true, seed: 1, arguments: { head: 'keep', ...settings } },
  { name: 'finetuned-too', function: 'finetune', from: ['base'], trained: true, seed: 2, arguments: { head: 'keep', ...settings } },
  { name: 'probe', function: 'linear-probe', from: ['base'], trained: true, seed: 3, arguments: { epochs: 1, keep: 'last' } },
  { name: 'lora', function: 'lora', from: ['base'], trained: true, seed: 4, arguments: { rank: 4, epochs: 1, keep: 'last' } },
  { name: 'pruned', function: 'prune', from: ['base'], arguments: { sparsity: 0.5, scope: 'global' } },
  { name: 'half', function: 'quantise-fp16', from: ['base'] },
  { name: 'bytes', function: 'quantise-int8', from: ['base'] },
  { name: 'average', function: 'linear-average', from: ['finetuned', 'finetuned-too'] },
  { name: 'arithmetic', function: 'task-arithmetic', from: ['base', 'finetuned', 'finetuned-too'], arguments: { scale: 0.7 } },
]; // prettier-ignore

/** A base and what each creation function makes of it: ten models. */
export function creations(pictures: Pictures): Graph {
  const nodes = [
    { name: 'base', from: [], facts: {} },
    ...steps.map(({ name, from, function: made }): TruthNode => ({ name, from, facts: { made } })),
  ];
  return {
    truth: { graph: 'creations', about: 'What each creation function makes of a base.', nodes },
    build: async (bench) => {
      await build(bench, pictures);
      return new Map();
    },
  };
}

async function build(bench: LineageBench, pictures: Pictures): Promise<void> {
  const { count, side } = pictures;
  const first = pickedPictures(pictures, someRows(count, 0, 2000, 7));
  const rest = pickedPictures(pictures, someRows(count, 2000, count, 7));
  const trained = await trainBase(smallCnn(side, 10, 7), baseData(first, first, digits), {
    epochs: 2,
    learningRate: 1e-3,
    seed: 7,
  });
  const made = new Map<string, NodeId>([['base', await bench.importNetwork('base', trained)]]);
  const data = await addPictures(bench, 'digits', rest);
  const use = pictureUse(data, pictureInput(side), { column: 'label', classes: digits }, rest.count, { train: 1000, test: 200, seed: 7 }); // prettier-ignore
  for (const { name, from, trained: learns, ...order } of steps) {
    const parents = from.flatMap((parent) => made.get(parent) ?? []);
    const id = await bench.makeOne({ ...order, name, parents, ...(learns ? { data: [use] } : {}) });
    made.set(name, id);
  }
}
