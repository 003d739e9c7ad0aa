import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunkCodecs } from '../../codecs/chunkCodecs.ts';
import type { ChunkId, NodeId } from '../../core/ids.ts';
import type { ChunkStorage } from '../../core/ports/contentStore.ts';
import { savingHeading } from '../../core/savingHeading.ts';
import { savingHeadings, tensorSavings, type HeldByHeading } from '../../core/savingsViews.ts';
import { countModel, sumHeld, type CountedModel } from './countSavings.ts';

const codecs = ['raw', 'delta', 'exponents', 'deflate', 'transposed', 'sum', 'steps'];
const leans = new Set(['delta', 'transposed', 'sum', 'steps']);

const chunk = fc
  .record({
    rawBytes: fc.integer({ min: 1, max: 5000 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    codec: fc.constantFrom(...codecs),
  })
  .map(({ rawBytes, share, codec }) => ({
    rawBytes,
    storedBytes: codec === 'raw' ? rawBytes : Math.max(1, Math.floor(rawBytes * share)),
    codec,
  }));

/** Chunks of a store, and models of payloads that take some of them, some of them missing. */
const lineages = fc.record({
  chunks: fc.array(chunk, { minLength: 1, maxLength: 12 }),
  models: fc.array(
    fc.record({
      payloads: fc.array(
        fc.record({
          places: fc.array(fc.nat(14), { maxLength: 4 }),
          inline: fc.nat(64),
          lossy: fc.boolean(),
        }),
        { maxLength: 5 },
      ),
      rest: fc.integer({ min: -3000, max: 3000 }),
    }),
    { maxLength: 6 },
  ),
});

const idOf = (place: number) => `chunk ${place}` as ChunkId;
const raw = (held: HeldByHeading) => savingHeadings.map((of) => held[of].rawBytes);
const stored = (held: HeldByHeading) => savingHeadings.map((of) => held[of].storedBytes);
const sum = (numbers: Iterable<number>) => [...numbers].reduce((all, one) => all + one, 0);

function build({ chunks, models }: typeof lineages extends fc.Arbitrary<infer T> ? T : never) {
  const known = new Map<ChunkId, ChunkStorage>(
    chunks.map((one, place) => [
      idOf(place),
      { ...one, chunk: idOf(place), bases: leans.has(one.codec) ? [idOf(0)] : [], depth: 0 },
    ]),
  );
  const given = models.map(({ payloads, rest }, index): CountedModel => {
    const counted = payloads.map(({ places, inline }) => ({
      sizeBytes: sum(places.map((place) => known.get(idOf(place))?.rawBytes ?? 100)) + inline,
      chunks: places.map(idOf),
    }));
    return {
      node: `node ${index}` as NodeId,
      name: `model ${index}`,
      rawBytes: sum(counted.map(({ sizeBytes }) => sizeBytes)) + rest,
      payloads: counted,
      names: [...counted.map((_, place) => `tensor ${place}`), 'rest'],
      lossy: new Set(payloads.flatMap(({ lossy }, place) => (lossy ? [place] : []))),
    };
  });
  return { known, given };
}

describe('counting where the bytes went', () => {
  it('puts every raw byte under one heading, and every stored byte of each chunk once', () => {
    fc.assert(
      fc.property(lineages, (lineage) => {
        const { known, given } = build(lineage);
        const seen = new Set<ChunkId>();
        const counted = given.map((model) => countModel(model, seen, (id) => known.get(id)));
        const all = sumHeld(counted.map(({ held }) => held));
        expect(sum(raw(all))).toBe(sum(given.map(({ rawBytes }) => rawBytes)));
        expect(sum(stored(all))).toBe(sum([...seen].map((id) => known.get(id)?.storedBytes ?? 0)));
        counted.forEach(({ held, rawBytes, storedBytes, tensors }) => {
          expect(sum(raw(held))).toBe(rawBytes);
          expect(sum(stored(held))).toBe(storedBytes);
          const rows = tensorSavings(tensors);
          expect(sum(rows.map((row) => row.rawBytes))).toBe(rawBytes);
          expect(sum(rows.map((row) => row.storedBytes))).toBe(storedBytes);
        });
        expect(all.shared.storedBytes + all.beside.storedBytes).toBe(0);
        expect(all.whole.storedBytes).toBe(all.whole.rawBytes);
      }),
    );
  });

  it('owes a shared chunk to sharing in every model but the first, and steps to loss', () => {
    const { known, given } = build({
      chunks: [
        { rawBytes: 1000, storedBytes: 700, codec: 'exponents' },
        { rawBytes: 1000, storedBytes: 40, codec: 'steps' },
      ],
      models: [
        { payloads: [{ places: [0], inline: 0, lossy: false }], rest: 0 },
        {
          payloads: [
            { places: [0], inline: 0, lossy: false },
            { places: [1], inline: 0, lossy: false },
          ],
          rest: 8,
        },
      ],
    });
    const seen = new Set<ChunkId>();
    const [first, second] = given.map((model) => countModel(model, seen, (id) => known.get(id)));
    expect(first?.held.alone).toEqual({ rawBytes: 1000, storedBytes: 700 });
    expect(second?.held.shared).toEqual({ rawBytes: 1000, storedBytes: 0 });
    expect(second?.held.lossy).toEqual({ rawBytes: 1000, storedBytes: 40 });
    expect(second && tensorSavings(second.tensors).map(({ by }) => by)).toEqual([
      'shared',
      'lossy',
      'beside',
    ]);
  });

  it('owes what a lossy tensor shares or saves in any way to loss', () => {
    const { known, given } = build({
      chunks: [{ rawBytes: 1000, storedBytes: 300, codec: 'delta' }],
      models: [
        {
          payloads: [
            { places: [0], inline: 0, lossy: true },
            { places: [0], inline: 0, lossy: true },
          ],
          rest: 0,
        },
      ],
    });
    const [model] = given.map((one) => countModel(one, new Set(), (id) => known.get(id)));
    expect(model?.held.lossy).toEqual({ rawBytes: 2000, storedBytes: 300 });
    expect(model?.held.shared.rawBytes).toBe(0);
  });

  it.each(chunkCodecs().map((codec) => [codec.name, codec] as const))(
    'knows what the codec "%s" is owed to',
    (name, codec) => {
      const expected =
        codec.needs === 'nothing' ? 'alone' : codec.needs === 'base' ? 'delta' : 'structure';
      const heading = savingHeading(name, codec.needs === 'nothing' ? 0 : 1);
      expect([expected, 'lossy']).toContain(heading);
      if (heading === 'lossy') expect(name).toBe('steps');
    },
  );
});
