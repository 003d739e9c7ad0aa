import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideMerge, type Decision } from './decideMerge.ts';
import type { MergeSide } from './mergeSide.ts';
import { testSide, twoHeaded, twoHeads, type TestLayer } from './mergeSide.fixture.ts';

const base = twoHeaded('b');
const decide = (x: MergeSide, y: MergeSide, from = base) => decideMerge({ base: from, x, y });
const layer = ({ layers }: Decision, id: string) => layers.find((each) => each.id === id);
const verdicts = ({ layers }: Decision) =>
  Object.fromEntries(layers.map(({ id, verdict }) => [id, verdict]));

describe('the decision of a merge', () => {
  test('is automatic for changes that no path joins', () => {
    const decision = decide(twoHeaded('x', { headA: '1' }), twoHeaded('y', { headB: '1' }));
    expect(decision.verdict).toBe('automatic');
    expect(layer(decision, 'headA')).toMatchObject({ verdict: 'one-side', method: { is: 'x' } });
    expect(layer(decision, 'headB')).toMatchObject({ verdict: 'one-side', method: { is: 'y' } });
    expect(layer(decision, 'enc')).toMatchObject({ verdict: 'unchanged', method: { is: 'base' } });
  });

  test.each([
    ['enc', 'headB'],
    ['emb', 'headA'],
    ['headA', 'enc'],
  ])('is a possible conflict for %s and %s, which a path joins', (inX, inY) => {
    const decision = decide(twoHeaded('x', { [inX]: '1' }), twoHeaded('y', { [inY]: '1' }));
    expect(decision.verdict).toBe('possible-conflict');
    expect(layer(decision, inX)).toMatchObject({ verdict: 'possible-conflict', method: { is: 'x' } }); // prettier-ignore
    expect(layer(decision, inY)).toMatchObject({ verdict: 'possible-conflict', method: { is: 'y' } }); // prettier-ignore
    expect(decision.because.join()).toContain('which reads from');
  });

  test('is a conflict only on the layer that both changed', () => {
    const decision = decide(
      twoHeaded('x', { enc: '1', headA: '1' }),
      twoHeaded('y', { headA: '2' }),
    );
    expect(decision.verdict).toBe('conflict');
    expect(verdicts(decision)).toMatchObject({ headA: 'conflict', enc: 'possible-conflict' });
    expect(layer(decision, 'headA')?.method).toBeUndefined();
    expect(layer(decision, 'headA')?.methods).toEqual(['x', 'y', 'base', 'average', 'slerp', 'task-arithmetic', 'ties']); // prettier-ignore
  });

  test('is a fast-forward where one side changed nothing', () => {
    const y = twoHeaded('y', { emb: '1', headB: '2' });
    expect(decide(twoHeaded('x'), y)).toMatchObject({ verdict: 'fast-forward', forward: 'y' });
    expect(decide(y, twoHeaded('x'))).toMatchObject({ verdict: 'fast-forward', forward: 'x' });
  });

  test('of a model and itself is that model', () => {
    const x = twoHeaded('x', { enc: '1' });
    expect(decide(x, x)).toMatchObject({ verdict: 'fast-forward', forward: 'x' });
    expect(decide(base, base)).toMatchObject({ verdict: 'fast-forward' });
  });

  test('compares tensors inside a layer: weight here and bias there may fit, the same change does', () => {
    const apart = decide(twoHeaded('x', { enc: '1' }), twoHeaded('y', { 'enc.bias': '1' }));
    expect(apart.verdict).toBe('possible-conflict');
    expect(layer(apart, 'enc')).toMatchObject({ verdict: 'possible-conflict', method: { is: 'both' } }); // prettier-ignore
    const same = decide(
      twoHeaded('x', { enc: '1', headA: '1' }),
      twoHeaded('y', { enc: '1', headB: '1' }),
    );
    expect(same.verdict).toBe('automatic');
    expect(layer(same, 'enc')).toMatchObject({ verdict: 'same-change', same: true });
  });

  test('counts everything as dependent where the dataflow is guessed', () => {
    const layers = (changed: string) =>
      Object.fromEntries(
        ['a', 'b', 'c'].map((id): [string, TestLayer] => [id, { weight: id === changed ? '1' : '0' }]),
      ); // prettier-ignore
    const side = (name: string, changed: string) =>
      testSide(name, layers(changed), ['IN>a', 'IN>b', 'IN>c', 'a>OUT', 'b>OUT', 'c>OUT'], { assumed: true }); // prettier-ignore
    const decision = decide(side('x', 'a'), side('y', 'c'), side('b', ''));
    expect(decision.verdict).toBe('possible-conflict');
    expect(decision.warnings.join()).toContain('not known from a file of weights');
  });

  test('judges dependence in all three graphs: an edge that one side added joins', () => {
    const parallel = ['IN>a', 'IN>b', 'a>OUT', 'b>OUT'];
    const side = (name: string, a: string, b: string, edges = parallel) =>
      testSide(name, { a: { weight: a }, b: { weight: b } }, edges);
    const from = side('b', '0', '0');
    expect(decide(side('x', '1', '0'), side('y', '0', '1'), from).verdict).toBe('automatic');
    const joined = side('x', '1', '0', [...parallel, 'a>b']);
    const decision = decide(joined, side('y', '0', '1'), from);
    expect(decision.verdict).toBe('possible-conflict');
    expect(decision.carrier).toBe('x');
  });

  test('takes the file of the side that changed the structure', () => {
    const grown = testSide(
      'y',
      { emb: { weight: '0', bias: '0' }, enc: { weight: '0', bias: '0' }, headA: { weight: '0', bias: '0' }, headB: { weight: '0', bias: '0' }, extra: { weight: '7' } },
      ['IN>emb', 'emb>enc', 'enc>headA', 'enc>extra', 'extra>headB', 'headA>OUT', 'headB>OUT'],
    ); // prettier-ignore
    const decision = decide(twoHeaded('x', { headA: '1' }), grown);
    expect(decision).toMatchObject({ verdict: 'automatic', carrier: 'y' });
    expect(layer(decision, 'y:extra')).toMatchObject({ y: 'added', method: { is: 'y' }, methods: ['y'] }); // prettier-ignore
    const near = decide(twoHeaded('x', { headB: '1' }), grown);
    expect(near.verdict).toBe('possible-conflict');
  });

  test('refuses two structures, and says where they meet', () => {
    const wide = (name: string, out: number) =>
      testSide(name, { a: { weight: `${out}`, out }, b: { weight: '0' } }, ['IN>a', 'a>b', 'b>OUT']); // prettier-ignore
    const decision = decide(wide('x', 6), wide('y', 8), wide('b', 4));
    expect(decision.verdict).toBe('refused');
    expect(decision.because.join()).toContain('reshaped a');
    const same = decide(wide('x', 6), wide('y', 6), wide('b', 4));
    expect(same.verdict).toBe('fast-forward');
  });

  test('refuses models that take or give something else', () => {
    const two = testSide('x', { a: { weight: '1' } }, ['IN>a', 'a>OUT'], {
      outputs: [{ name: 'y', dtype: 'f32', shape: ['n', 2] }],
    });
    const from = testSide('b', { a: { weight: '0' } }, ['IN>a', 'a>OUT']);
    const y = testSide('y', { a: { weight: '2' } }, ['IN>a', 'a>OUT']);
    const decision = decide(two, y, from);
    expect(decision.verdict).toBe('refused');
    expect(decision.because.join()).toContain('not a version of the other');
  });

  test('sees changes that are in no layer: operators between layers, programs, loose tensors', () => {
    const side = (name: string, a: string, change: Parameters<typeof testSide>[3] = {}) =>
      testSide(name, { a: { weight: a }, b: { weight: '0' } }, ['IN>a', 'a>b', 'b>OUT'], change);
    const from = side('b', '0', { program: 'p', loose: { t: '0' } });
    const gelu = side('x', '0', { program: 'q', loose: { t: '0' }, via: { 'a>b': 'Gelu' } });
    const y = side('y', '1', { program: 'p', loose: { t: '0' } });
    expect(decide(gelu, y, from)).toMatchObject({ verdict: 'possible-conflict', carrier: 'x' });
    const hidden = side('x', '0', { program: 'q', loose: { t: '0' } });
    expect(decide(hidden, y, from)).toMatchObject({ verdict: 'possible-conflict', carrier: 'x' });
    const other = side('y', '1', { program: 'r', loose: { t: '0' } });
    expect(decide(hidden, other, from).verdict).toBe('refused');
    const loose = side('x', '0', { program: 'p', loose: { t: '9' } });
    const decision = decide(loose, y, from);
    expect(layer(decision, 'tensor:t')).toMatchObject({ method: { is: 'x' } });
    expect(decision.verdict).toBe('possible-conflict');
  });

  const content = fc.constantFrom('0', '0', '1', '2');
  const changes = fc.record({ emb: content, enc: content, headA: content, headB: content });

  test('exchanges with its sides, never loses an undisputed change, and agrees with brute force', () => {
    fc.assert(
      fc.property(changes, changes, (inX, inY) => {
        const there = decide(twoHeaded('x', inX), twoHeaded('y', inY));
        const back = decide(twoHeaded('y', inY), twoHeaded('x', inX));
        expect(back.verdict).toBe(there.verdict);
        expect(verdicts(back)).toEqual(verdicts(there));
        const ids = Object.keys(inX) as (keyof typeof inX)[];
        for (const id of ids) {
          const [x, y] = [inX[id], inY[id]];
          const method = layer(there, id)?.method;
          if (x !== '0' && y === '0') expect(method).toEqual({ is: 'x' });
          if (y !== '0' && x === '0') expect(method).toEqual({ is: 'y' });
          if (x !== '0' && y !== '0' && x !== y) expect(method).toBeUndefined();
        }
        expect(there.verdict).toBe(bruteForce(inX, inY));
      }),
      { numRuns: 300 },
    );
  });
});

/** Whether a path of the two-headed model leads from one layer to another. */
function path(from: string, to: string): boolean {
  return twoHeads.some((edge) => {
    const [a = '', b = ''] = edge.split('>');
    return a === from && (b === to || path(b, to));
  });
}

type Contents = Readonly<Record<string, string>>;

/** The table of reference §11, pair by pair. */
function bruteForce(inX: Contents, inY: Contents): string {
  const changed = (side: Contents, other: Contents) =>
    Object.keys(side).filter((id) => side[id] !== '0' && side[id] !== other[id]);
  const [x, y] = [changed(inX, inY), changed(inY, inX)];
  if (x.length === 0 || y.length === 0) return 'fast-forward';
  if (x.some((id) => y.includes(id))) return 'conflict';
  const joined = x.some((a) => y.some((b) => path(a, b) || path(b, a)));
  return joined ? 'possible-conflict' : 'automatic';
}
