import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { GraphBuilder } from '../graphBuilder.ts';
import { broadcastPairs } from '../arrays.fixture.ts';
import { broadcastShape, broadcastTo } from '../evaluate/broadcast.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { ndArray } from '../evaluate/ndArray.ts';
import { sumTo } from './sumTo.ts';

describe('sumTo', () => {
  it('adds up what a broadcast repeated, with two nodes at most', () => {
    fc.assert(
      fc.property(broadcastPairs, ([shape, other]) => {
        const whole = broadcastShape([shape, other]);
        const count = whole.reduce((a, b) => a * b, 1);
        const value = ndArray(
          'f32',
          whole,
          Array.from({ length: count }, (_, at) => 2 ** (at % 9)),
        );
        const b = new GraphBuilder(17);
        const name = sumTo(b, b.input('x', 'f32', whole), shape);
        const network = b.build('sum', [{ name: 'x', dtype: 'f32', shape: whole }], [name]);
        const sum = evaluate(network, new Map([['x', value]])).get(name);
        expect(sum?.shape).toEqual(shape);
        expect(b.nodes.length).toBeLessThanOrEqual(2);
        // By definition: each element of the smaller array is the sum over the places it was repeated to.
        const size = shape.reduce((a, c) => a * c, 1);
        const places = broadcastTo(
          ndArray(
            'f32',
            shape,
            Array.from({ length: size }, (_, at) => at),
          ),
          whole,
        );
        const expected = new Float64Array(size);
        for (const [at, place] of places.entries())
          expected[place] = (expected[place] ?? 0) + (value.data[at] ?? 0);
        expect(sum?.data).toEqual(expected);
      }),
    );
  });

  it('refuses a shape that does not broadcast', () => {
    const b = new GraphBuilder(17);
    const x = b.input('x', 'f32', [2, 3]);
    expect(() => sumTo(b, x, [2])).toThrow('does not broadcast');
  });
});
