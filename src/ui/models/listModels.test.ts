import { describe, expect, it } from 'vitest';
import { modelNode } from '../modelNode.fixture.ts';
import { listModels, matches } from './listModels.ts';
import { moved, pick } from './pick.ts';

describe('the models list', () => {
  it('finds by every word, in name, tags, type and file', () => {
    const node = modelNode(0, 'resnet20', { tags: ['edge'], modelType: 'classifier' });
    expect(matches(node, 'EDGE resn')).toBe(true);
    expect(matches(node, 'classifier onnx')).toBe(true);
    expect(matches(node, 'resnet cat')).toBe(false);
  });

  it('orders names by the numbers in them', () => {
    const nodes = ['v10', 'v9', 'v1'].map((name, index) => modelNode(index, name));
    expect(listModels(nodes, '', '', 'name').map(({ name }) => name)).toEqual(['v1', 'v9', 'v10']);
  });

  it('picks ranges, adds and takes off', () => {
    const items = ['a', 'b', 'c', 'd'];
    expect(pick(items, ['a'], 2, 0, { range: true, toggle: false })).toEqual(['a', 'b', 'c']);
    expect(pick(items, ['a'], 2, 0, { range: false, toggle: true })).toEqual(['a', 'c']);
    expect(pick(items, ['a', 'c'], 2, 0, { range: false, toggle: true })).toEqual(['a']);
    expect(pick(items, ['a', 'c'], 3, 0, { range: false, toggle: false })).toEqual(['d']);
  });

  it('moves by keys without leaving the list', () => {
    expect(moved('ArrowUp', 0, 5, 3)).toBe(0);
    expect(moved('End', 0, 5, 3)).toBe(4);
    expect(moved('PageDown', 3, 5, 3)).toBe(4);
    expect(moved('x', 0, 5, 3)).toBeUndefined();
  });
});
