import { expect, it } from 'vitest';
import type { ImportId } from '../../core/ids.ts';
import type { NewChunk } from '../../core/ports/contentStore.ts';
import {
  adding,
  chunkOf,
  idle,
  nodeOf,
  noise,
  putSnapshot,
  varied,
} from '../checks/content.fixture.ts';
import { Killed, mortalBench } from '../checks/mortalStores.fixture.ts';

const copy = (chunk: NewChunk): NewChunk => ({ ...chunk, bytes: chunk.bytes.slice() });

/** A stored model of one chunk, and a base for it that an import in another tab may take back. */
async function twoTabs() {
  const bench = mortalBench('memory');
  const [one, two] = [await bench.open(), await bench.open()];
  const base = await chunkOf(noise(3000, 1));
  const near = await chunkOf(varied(base.bytes, 500));
  const session = await one.content.session('near' as ImportId);
  await session.put([copy(near)]);
  await session.flush();
  const node = nodeOf('near', await putSnapshot(one.content, 'near', [near]));
  await one.log.commit(adding(node), session.id);
  const order = { chunk: near.chunk, element: near.element, bases: [base.chunk] };
  return { bench, one, two, base, near, order };
}

it('looks again when another tab takes a base back before the forms are written', async () => {
  const { bench, one, two, base, near, order } = await twoTabs();
  const theirs = await two.content.session('base' as ImportId);
  await theirs.put([copy(base)]);
  await theirs.flush();
  let interrupted = 0;
  one.interrupt(0, async () => {
    interrupted++;
    await theirs.discard();
  });
  const done = await one.content.repack([order], idle);
  expect([interrupted, done.chunks]).toEqual([1, 0]);
  expect(await one.content.has([base.chunk])).toEqual([false]);
  expect(await two.content.read(near.chunk)).toEqual(near.bytes);
  await bench.end();
});

for (const written of [false, true])
  for (let afterWrites = 0; afterWrites < 3; afterWrites++)
    it(`keeps everything when it is killed at write ${afterWrites}, ${written ? 'done' : 'not done'}`, async () => {
      const { bench, one, two, base, near, order } = await twoTabs();
      const session = await two.content.session('base' as ImportId);
      await session.put([copy(base)]);
      await session.flush();
      const node = nodeOf('base', await putSnapshot(two.content, 'base', [base]));
      await two.log.commit(adding(node), session.id);
      one.dieAt({ afterWrites, written });
      await one.content.repack([order], idle).catch((error: unknown) => {
        if (!(error instanceof Killed)) throw error;
      });
      const { content } = await bench.open();
      expect(await content.read(near.chunk)).toEqual(near.bytes);
      expect(await content.read(base.chunk)).toEqual(base.bytes);
      expect((await content.totals()).chunks).toBe(2);
      expect(await two.content.read(near.chunk)).toEqual(near.bytes);
      await bench.end();
    });
