import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { floatAttribute } from '../../core/network/attributes.ts';
import { checkGradient, networksOf, type CaseInput } from '../checkGradient.fixture.ts';
import { numbers } from '../arrays.fixture.ts';

function input(shape: readonly number[]): fc.Arbitrary<CaseInput> {
  const count = shape.reduce((a, b) => a * b, 1);
  return numbers(count, -2, 2).map((values) => ({ shape, values }));
}

const extent = fc.integer({ min: 1, max: 3 });

describe('gradients of matrix products', () => {
  it('MatMul agrees for vectors, matrices and broadcast batches', () => {
    const lead = fc.array(extent, { maxLength: 2 });
    const cases = fc
      .tuple(lead, extent, extent, extent, fc.array(fc.boolean(), { minLength: 2, maxLength: 2 }))
      .chain(([batch, m, k, n, ones]) => {
        const other = batch.map((size, at) => (ones[at] === true ? 1 : size));
        const lefts = [[k], [m, k], [...batch, m, k], [...other, m, k]];
        const rights = [[k], [k, n], [...other, k, n], [...batch.slice(1), k, n]];
        return fc
          .tuple(fc.constantFrom(...lefts), fc.constantFrom(...rights))
          .chain(([a, b]) => fc.tuple(input(a), input(b)));
      });
    fc.assert(
      fc.property(cases, ([a, b]) => {
        checkGradient({ op: 'MatMul', inputs: [a, b] });
      }),
      { numRuns: 80 },
    );
  });

  it('MatMul by one matrix needs no batched product and no Transpose', () => {
    const x = { shape: [2, 3, 4], values: Array.from({ length: 24 }, (_, at) => at) };
    const w = { shape: [4, 2], values: Array.from({ length: 8 }, (_, at) => at) };
    const { backward } = networksOf({ op: 'MatMul', inputs: [x, w] });
    const ops = backward.nodes.map(({ op }) => op);
    expect(ops.filter((op) => op === 'Gemm')).toHaveLength(2);
    expect(ops).not.toContain('Transpose');
  });

  it('Gemm agrees for all its attributes and shapes of C', () => {
    const cases = fc
      .record({
        m: extent,
        k: extent,
        n: extent,
        transA: fc.nat(1),
        transB: fc.nat(1),
        alpha: fc.constantFrom(1, 0.5),
        beta: fc.constantFrom(1, 0.25),
        c: fc.nat(5),
      })
      .chain(({ m, k, n, transA, transB, alpha, beta, c }) => {
        const cShape = [[m, n], [n], [1, n], [m, 1], [], undefined][c];
        return fc.record({
          a: input(transA === 1 ? [k, m] : [m, k]),
          b: input(transB === 1 ? [n, k] : [k, n]),
          c: cShape === undefined ? fc.constant(undefined) : input(cShape),
          attributes: fc.constant({
            transA,
            transB,
            alpha: floatAttribute(alpha),
            beta: floatAttribute(beta),
          }),
        });
      });
    fc.assert(
      fc.property(cases, ({ a, b, c, attributes }) => {
        const inputs = c === undefined ? [a, b] : [a, b, c];
        checkGradient({ op: 'Gemm', inputs, attributes });
        const gelu = { ...attributes, activation: 'Sigmoid' };
        checkGradient({ op: 'com.microsoft.FusedGemm', inputs, attributes: gelu });
      }),
      { numRuns: 60 },
    );
  });

  it('com.microsoft.FusedMatMul agrees', () => {
    const inputs = [
      { shape: [2, 3, 2], values: Array.from({ length: 12 }, (_, at) => at / 8 - 0.5) },
      { shape: [2, 4, 3], values: Array.from({ length: 24 }, (_, at) => 1 - at / 9) },
    ];
    const attributes = { transA: 1, transB: 1, alpha: floatAttribute(0.5) };
    checkGradient({ op: 'com.microsoft.FusedMatMul', inputs, attributes });
  });

  it.each([
    ['ij,jk->ik', [2, 3], [3, 2]],
    ['ij,kj->ki', [2, 3], [4, 3]],
    ['bnd,bmd->bnm', [2, 3, 2], [2, 2, 2]],
    ['bnhd,bmhd->bhnm', [2, 3, 2, 2], [2, 2, 2, 2]],
    ['bhnm,bmhd->bnhd', [2, 2, 3, 2], [2, 2, 2, 2]],
    ['i,j->ij', [2], [3]],
    ['i,i->', [3], [3]],
    ['ij,ij->i', [2, 3], [2, 3]],
    ['ij,jk', [2, 3], [3, 2]],
    ['...ij,...jk->...ik', [2, 1, 2, 3], [2, 3, 2]],
    ['abc,cde->abde', [2, 1, 2], [2, 2, 1]],
    ['abij,bj->ai', [2, 2, 1, 2], [2, 2]],
    ['ijl,k->ki', [2, 2, 2], [3]],
  ])('Einsum %s agrees', (equation, a, b) => {
    fc.assert(
      fc.property(fc.tuple(input(a), input(b)), (inputs) => {
        checkGradient({ op: 'Einsum', inputs, attributes: { equation } });
      }),
      { numRuns: 3 },
    );
  });

  it.each([
    ['ij->ji', [2, 3]],
    ['ij->i', [2, 3]],
    ['ij->', [2, 3]],
    ['...i->i...', [2, 3]],
  ])('Einsum %s of one value agrees', (equation, shape) => {
    const [x] = fc.sample(input(shape), 1);
    checkGradient({ op: 'Einsum', inputs: [x], attributes: { equation } });
  });

  it('Einsum of three values agrees', () => {
    const inputs = fc.sample(fc.tuple(input([2, 3]), input([3, 2]), input([2, 2])), 1)[0] ?? [];
    checkGradient({ op: 'Einsum', inputs, attributes: { equation: 'ij,jk,kl->il' } });
  });

  it('Einsum refuses a diagonal', () => {
    const x = { shape: [2, 2], values: [1, 2, 3, 4] };
    const diagonal = { op: 'Einsum', inputs: [x], attributes: { equation: 'ii->i' } };
    expect(() => checkGradient(diagonal)).toThrow('twice in one operand');
  });
});
