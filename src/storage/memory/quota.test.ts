import { describe, expect, it } from 'vitest';
import type { ImportId } from '../../core/ids.ts';
import { equalContent, fails } from '../checks/check.fixture.ts';
import { adding, chunkOf, nodeOf, noise, putSnapshot } from '../checks/content.fixture.ts';
import { memoryPlace, openMemoryStores } from './openMemoryStores.ts';

describe('a full disk', () => {
  it('refuses an import with numbers, and taking it back leaves what was there', async () => {
    const place = memoryPlace();
    const { content, log } = await openMemoryStores({ place });
    const kept = await chunkOf(noise(5000, 1));
    const first = await content.session('first' as ImportId);
    await first.put([{ ...kept, bytes: kept.bytes.slice() }]);
    await first.flush();
    const node = nodeOf('a', await putSnapshot(content, 'a', [kept]));
    await log.commit(adding(node), first.id);
    place.disk.quotaBytes = place.disk.usedBytes + 12_000;

    const second = await content.session('second' as ImportId);
    await second.put([await chunkOf(noise(6000, 2))]);
    await second.flush();
    await second.put([await chunkOf(noise(8000, 3))]);
    await expect(second.flush()).rejects.toMatchObject({
      code: 'quota-exceeded',
      data: { availableBytes: 0 },
    });
    await fails('quota-exceeded', second.put([await chunkOf(noise(10, 4))]));
    await second.discard();
    await log.endImport(second.id);

    equalContent(await content.read(kept.chunk), kept.bytes);
    expect((await content.totals()).chunks).toBe(1);
    expect((await log.load()).nodes).toEqual([node]);
    expect(place.disk.usedBytes).toBe(place.disk.quotaBytes - 12_000);
  });

  it('refuses a commit whole', async () => {
    const place = memoryPlace();
    const { content, log } = await openMemoryStores({ place });
    const snapshot = await putSnapshot(content, 'a', []);
    place.disk.quotaBytes = place.disk.usedBytes + 100;
    await fails('quota-exceeded', log.commit(adding(nodeOf('a', snapshot))));
    expect((await log.load()).nodes).toEqual([]);
    expect(await log.operations()).toEqual([]);
  });
});
