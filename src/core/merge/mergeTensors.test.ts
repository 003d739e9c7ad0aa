import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeNumbers } from '../network/encodeNumbers.ts';
import { literal, numbersOf } from '../network/literal.ts';
import { isMixable, mixTensors, type Mixture } from './mergeTensors.ts';

const f64 = (values: readonly number[]) => literal('f64', [values.length], values);
const f32 = (values: readonly number[]) => literal('f32', [values.length], values);
const mixed = (method: Mixture, x: number[], y: number[], base?: number[]) => [
  ...numbersOf(
    mixTensors(method, {
      x: f64(x),
      y: f64(y),
      ...(base === undefined ? {} : { base: f64(base) }),
    }),
  ),
];

// Coarse numbers: ties of magnitude occur, and squares do not vanish.
const value = fc.integer({ min: -640, max: 640 }).map((n) => n / 64);
const triples = fc
  .array(fc.tuple(value, value, value), { minLength: 1, maxLength: 20 })
  .map((rows) => ({
    x: rows.map(([x]) => x),
    y: rows.map(([, y]) => y),
    base: rows.map(([, , b]) => b),
  }));
const share = fc.double({ min: 0, max: 1, noNaN: true });
const close = (found: readonly number[], wanted: readonly number[]) => {
  expect(found).toHaveLength(wanted.length);
  for (const [i, number] of wanted.entries()) expect(found[i]).toBeCloseTo(number, 9);
};

describe('mixing tensors', () => {
  test('gives known values', () => {
    expect(mixed({ is: 'average', t: 0.25 }, [4, 8], [0, 4])).toEqual([3, 7]);
    close(mixed({ is: 'slerp', t: 0.5 }, [1, 0], [0, 1]), [Math.SQRT1_2, Math.SQRT1_2]);
    expect(mixed({ is: 'task-arithmetic', a: 1, b: 0.5 }, [3, 1], [1, 5], [1, 1])).toEqual([3, 3]);
    // Changes (4, -1, 2, 0.5) and (2, 3, -5, 0): each keeps its larger half, then signs are elected.
    const ties = { is: 'ties', density: 0.5, scale: 1 } as const;
    expect(mixed(ties, [5, 0, 3, 1.5], [3, 4, -4, 1], [1, 1, 1, 1])).toEqual([5, 4, -4, 1]);
    const all = { is: 'ties', density: 1, scale: 2 } as const;
    expect(mixed(all, [5, 0, 3, 1.5], [3, 4, -4, 1], [1, 1, 1, 1])).toEqual([7, 7, -9, 2]);
  });

  test('is the plain formula of each method', () => {
    fc.assert(
      fc.property(triples, share, share, ({ x, y, base }, t, s) => {
        close(mixed({ is: 'average', t }, x, y), x.map((a, i) => a * (1 - t) + (y[i] ?? 0) * t)); // prettier-ignore
        close(mixed({ is: 'slerp', t }, x, y), plainSlerp(x, y, t));
        close(
          mixed({ is: 'task-arithmetic', a: t, b: s }, x, y, base),
          base.map((b, i) => (1 - t - s) * b + t * (x[i] ?? 0) + s * (y[i] ?? 0)),
        );
        close(mixed({ is: 'ties', density: t, scale: s }, x, y, base), plainTies(x, y, base, t, s));
      }),
      { numRuns: 500 },
    );
  });

  test('of a model and itself is that model, to the last bit', () => {
    fc.assert(
      fc.property(triples, share, ({ x, base }, t) => {
        expect(mixed({ is: 'average', t }, x, x)).toEqual(x);
        expect(mixed({ is: 'slerp', t }, x, x)).toEqual(x);
        const back = mixed({ is: 'ties', density: 1, scale: 1 }, x, x, base);
        for (const [i, number] of x.entries()) expect(back[i]).toBeCloseTo(number, 12);
      }),
    );
  });

  test('does not depend on which side is which, where it should not', () => {
    fc.assert(
      fc.property(triples, share, ({ x, y, base }, t) => {
        const methods: Mixture[] = [
          { is: 'average', t: 0.5 },
          { is: 'ties', density: t, scale: 1 },
        ];
        for (const method of methods)
          expect(mixed(method, x, y, base)).toEqual(mixed(method, y, x, base));
        close(mixed({ is: 'slerp', t }, x, y), mixed({ is: 'slerp', t: 1 - t }, y, x));
      }),
    );
  });

  test('with nothing changed on one side is the other: task arithmetic, and TIES of all', () => {
    fc.assert(
      fc.property(triples, ({ x, base }) => {
        const [from, to] = [f32(base), f32(x)];
        for (const method of [
          { is: 'task-arithmetic', a: 1, b: 1 },
          { is: 'ties', density: 1, scale: 1 },
        ] as const) {
          const result = mixTensors(method, { x: to, y: from, base: from });
          for (const [i, number] of numbersOf(to).entries())
            expect(numbersOf(result)[i]).toBeCloseTo(number, 6);
        }
      }),
    );
  });

  test('rounds once to the dtype', () => {
    const one = encodeNumbers('f16', [1], [1]);
    const next = encodeNumbers('f16', [1], [1 + 2 ** -10]);
    const half = mixTensors({ is: 'average', t: 0.5 }, { x: one, y: next });
    expect(half.dtype).toBe('f16');
    expect([...numbersOf(half)]).toEqual([1]);
    const brain = encodeNumbers('bf16', [1], [3]);
    const sum = mixTensors({ is: 'task-arithmetic', a: 1, b: 1 }, { x: brain, y: brain, base: encodeNumbers('bf16', [1], [1]) }); // prettier-ignore
    expect([...numbersOf(sum)]).toEqual([5]);
    expect(isMixable('i64')).toBe(false);
    expect(isMixable('u8')).toBe(false);
  });

  test('keeps what is not finite where it is', () => {
    expect(mixed({ is: 'average', t: 0.5 }, [NaN, 2, Infinity], [1, 4, 1])).toEqual([NaN, 3, Infinity]); // prettier-ignore
    expect(mixed({ is: 'average', t: 0 }, [1], [NaN])).toEqual([1]);
    const [bad, a, b] = mixed({ is: 'slerp', t: 0.5 }, [NaN, 1, 0], [1, 0, 1]);
    expect(bad).toBeNaN();
    close([a ?? 0, b ?? 0], [Math.SQRT1_2, Math.SQRT1_2]);
    const ties = mixed({ is: 'ties', density: 0.5, scale: 1 }, [NaN, 3, 1], [0, 0, 0], [0, 0, 0]);
    expect(ties).toEqual([NaN, 3, 0]);
  });

  test('goes straight where there is no arc: parallel, opposite and empty vectors', () => {
    close(mixed({ is: 'slerp', t: 0.5 }, [1, 1], [3, 3]), [2, 2]);
    close(mixed({ is: 'slerp', t: 0.25 }, [1, 0], [-1, 0]), [0.5, 0]);
    close(mixed({ is: 'slerp', t: 0.5 }, [0, 0], [1, 2]), [0.5, 1]);
  });
});

function plainSlerp(x: number[], y: number[], t: number): number[] {
  const norm = (v: number[]) => Math.hypot(...v);
  const cosine = x.reduce((sum, a, i) => sum + a * (y[i] ?? 0), 0) / (norm(x) * norm(y));
  if (Number.isNaN(cosine) || Math.abs(cosine) > 0.9995)
    return x.map((a, i) => (1 - t) * a + t * (y[i] ?? 0));
  const angle = Math.acos(cosine);
  return x.map(
    (a, i) => (Math.sin((1 - t) * angle) * a + Math.sin(t * angle) * (y[i] ?? 0)) / Math.sin(angle),
  );
}

/** TIES by its three steps, with sorted lists of indices. */
function plainTies(x: number[], y: number[], base: number[], density: number, scale: number) {
  const trim = (side: number[]) => {
    const change = side.map((v, i) => v - (base[i] ?? 0));
    const order = [...change.keys()].sort(
      (i, j) => Math.abs(change[j] ?? 0) - Math.abs(change[i] ?? 0) || i - j,
    );
    const kept = new Set(order.slice(0, Math.ceil(density * change.length - 1e-9)));
    return change.map((v, i) => (kept.has(i) ? v : 0));
  };
  const changes = [trim(x), trim(y)];
  return base.map((b, i) => {
    const all = changes.map((change) => change[i] ?? 0);
    const elected = Math.sign(all.reduce((sum, v) => sum + v, 0));
    const agreeing = all.filter((v) => v !== 0 && Math.sign(v) === elected);
    const mean = agreeing.reduce((sum, v) => sum + v, 0) / Math.max(1, agreeing.length);
    return b + scale * mean;
  });
}
