import { describe, expect, it } from 'vitest';
import type { FunctionView } from '../../core/creationViews.ts';
import type { ModelNode } from '../../core/lineage/graph.ts';
import type { Arguments } from '../../core/recipe/recipe.ts';
import { modelNode } from '../modelNode.fixture.ts';
import { compareMade } from './compareMade.ts';

const views = [
  {
    id: 'finetune',
    title: 'Finetune',
    schema: {
      epochs: { is: 'integer', title: 'Epochs', help: '', default: 4, min: 1, max: 10 },
      optimizer: {
        is: 'choice',
        title: 'Optimiser',
        help: '',
        default: 'adam',
        options: [
          { value: 'adam', title: 'Adam' },
          { value: 'sgd', title: 'SGD with momentum' },
        ],
      },
      momentum: {
        is: 'number',
        title: 'Momentum',
        help: '',
        default: 0.9,
        min: 0,
        max: 1,
        when: { field: 'optimizer', is: ['sgd'] },
      },
    },
  },
] as unknown as readonly FunctionView[];

function made(number: number, args: Arguments): ModelNode {
  const recipe = {
    function: 'finetune',
    functionVersion: 1,
    parents: [],
    arguments: args,
    data: [],
    seed: 1,
    environment: { app: 'a', backend: 'wasm', threads: 1 },
  };
  return { ...modelNode(number, ''), recipe } as unknown as ModelNode;
}

const rowsOf = (...nodes: ModelNode[]) =>
  Object.fromEntries(
    compareMade(
      nodes,
      nodes.map(() => undefined),
      views,
    ).map(({ name, cells }) => [name, cells]),
  );

describe('compareMade', () => {
  it('names settings and their values as the form does, those that differ', () => {
    const rows = rowsOf(
      made(1, { epochs: 4, optimizer: 'adam', momentum: 0.5 }),
      made(2, { epochs: 4, optimizer: 'sgd', momentum: 0.9 }),
    );
    expect(rows['Optimiser']).toEqual(['Adam', 'SGD with momentum']);
    expect(rows['Epochs']).toBeUndefined();
    expect(rows['Made by']).toEqual(['Finetune', 'Finetune']);
  });

  it('leaves out a setting that does not count', () => {
    const rows = rowsOf(
      made(1, { optimizer: 'adam', momentum: 0.5 }),
      made(2, { optimizer: 'adam', momentum: 0.9 }),
    );
    expect(rows['Momentum']).toBeUndefined();
  });

  it('does not list the settings of the only model that was made here', () => {
    const rows = rowsOf(modelNode(1, ''), made(2, { epochs: 4 }));
    expect(rows['Made by']).toEqual(['–', 'Finetune']);
    expect(rows['Epochs']).toBeUndefined();
  });
});
