import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scatterView } from './scatterView.ts';
import { gatherView, viewExtent } from './view.ts';

describe('scatterView', () => {
  it('puts back what gatherView takes, and touches nothing else', () => {
    const views = fc.record({
      shape: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
      order: fc.constantFrom('row', 'column'),
      byteOffset: fc.integer({ min: 0, max: 7 }),
      elementBytes: fc.constantFrom(1, 2, 4),
    });
    fc.assert(
      fc.property(views, ({ shape, order, byteOffset, elementBytes }) => {
        const strides = stridesIn(shape, order === 'row');
        const view = { shape, strides, byteOffset };
        const [, end] = viewExtent(view, elementBytes);
        const before = Uint8Array.from({ length: end + 3 }, (_, i) => i % 251);
        const elements = gatherView(before, view, elementBytes) as Uint8Array;
        const changed = elements.map((byte) => byte ^ 255);
        const buffer = before.slice();
        scatterView(buffer, view, elementBytes, changed);
        expect(gatherView(buffer, view, elementBytes)).toEqual(changed);
        const touched = buffer.filter((byte, i) => byte !== before[i]).length;
        expect(touched).toBe(elements.length);
      }),
    );
  });
});

function stridesIn(shape: readonly number[], rowMajor: boolean): number[] {
  const strides = new Array<number>(shape.length);
  const axes = [...shape.keys()];
  let step = 1;
  for (const axis of rowMajor ? axes.reverse() : axes) {
    strides[axis] = step;
    step *= shape[axis] as number;
  }
  return strides;
}
