import fc from 'fast-check';
import type { Death } from './mortalStores.fixture.ts';

/** How a chunk is asked to be stored: numbers are places in the pool. */
export interface Asked {
  readonly chunk: number;
  readonly bases: readonly number[];
  /** Whose sum it is said to be; `right`: of those it is the sum of. */
  readonly blend: readonly number[] | 'right';
  readonly larger: boolean;
}

/** A step of a history; `tab` is 0 or 1. Steps that make no sense where they come do nothing. */
export type Step =
  | { readonly is: 'begin' | 'commit' | 'discard' | 'crash' | 'collect'; readonly tab: number }
  | { readonly is: 'put' | 'model'; readonly tab: number; readonly asked: readonly Asked[] }
  | { readonly is: 'repack'; readonly tab: number; readonly asked: readonly Asked[] }
  | { readonly is: 'remove'; readonly tab: number; readonly node: number }
  | { readonly is: 'die'; readonly tab: number; readonly death: Death }
  | {
      readonly is: 'between';
      readonly tab: 0;
      readonly outer: Step;
      readonly inner: Step;
      readonly at: number;
    }
  | { readonly is: 'damage'; readonly tab: number; readonly pack: number; readonly at: number };

export const poolSize = 20;
const tab = fc.nat({ max: 1 });
const number = fc.nat({ max: poolSize - 1 });
const asked: fc.Arbitrary<Asked> = fc.record({
  chunk: number,
  bases: fc.array(number, { maxLength: 3 }),
  blend: fc.oneof(
    fc.constant('right' as const),
    fc.constant('right' as const),
    fc.array(number, { maxLength: 3 }),
  ),
  larger: fc.boolean(),
});
/** Each chunk asked to lean on the one before it in a row: the way to long chains. */
const row: fc.Arbitrary<Asked[]> = fc
  .record({
    from: number,
    count: fc.nat({ max: poolSize }),
    down: fc.boolean(),
    larger: fc.boolean(),
  })
  .map(({ from, count, down, larger }) =>
    Array.from({ length: count }, (_, at) => {
      const place = (by: number) => (from + (down ? poolSize - by : by)) % poolSize;
      return { chunk: place(at + 1), bases: [place(at)], blend: 'right', larger };
    }),
  );
const several = fc.oneof(fc.array(asked, { minLength: 1, maxLength: 10 }), row);
const put = fc.record({ is: fc.constant('put' as const), tab, asked: several });
/** A whole import. */
const model = fc.record({ is: fc.constant('model' as const), tab, asked: several });
const repack = fc.record({ is: fc.constant('repack' as const), tab, asked: several });
const plain = (...kinds: ('begin' | 'commit' | 'discard' | 'crash' | 'collect')[]) =>
  fc.record({ is: fc.constantFrom(...kinds), tab });
const remove = fc.record({ is: fc.constant('remove' as const), tab, node: fc.nat({ max: 4 }) });
const die = fc.record({
  is: fc.constant('die' as const),
  tab,
  death: fc.record({ afterWrites: fc.nat({ max: 4 }), written: fc.boolean() }),
});
/** A step of tab 1 between two transactions of a step of tab 0. */
const between: fc.Arbitrary<Step> = fc
  .tuple(
    fc.oneof(repack, put, plain('commit', 'collect', 'discard')),
    fc.oneof(put, plain('discard', 'begin')),
    fc.nat({ max: 2 }),
  )
  .map(([outer, inner, at]) => ({
    is: 'between',
    tab: 0,
    outer: { ...outer, tab: 0 },
    inner: { ...inner, tab: 1 },
    at,
  }));
/** Without damage. */
export const healthySteps: fc.WeightedArbitrary<Step>[] = [
  { weight: 8, arbitrary: model },
  { weight: 3, arbitrary: put },
  { weight: 8, arbitrary: repack },
  { weight: 4, arbitrary: plain('begin', 'commit', 'collect') },
  { weight: 2, arbitrary: plain('discard', 'crash') },
  { weight: 4, arbitrary: remove },
  { weight: 2, arbitrary: die },
  { weight: 5, arbitrary: between },
];
export const damage: fc.WeightedArbitrary<Step> = {
  weight: 2,
  arbitrary: fc.record({
    is: fc.constant('damage' as const),
    tab,
    pack: fc.nat({ max: 5 }),
    at: fc.nat({ max: 3000 }),
  }),
};
