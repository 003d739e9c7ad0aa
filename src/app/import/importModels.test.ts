import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { NodeId } from '../../core/ids.ts';
import type { ByteSource } from '../../core/ports/modelFormats.ts';
import { memorySource } from '../../formats/memorySource.fixture.ts';
import { memoryPlace } from '../../storage/memory/openMemoryStores.ts';
import { exportModels } from '../exportModels.ts';
import { checkIntegrity } from '../storage/checkIntegrity.ts';
import { collectGarbage } from '../storage/collectGarbage.ts';
import { undoOperation } from '../undoOperation.ts';
import { noRun, testBench, type TestBench } from './importModels.fixture.ts';

const sample = path.resolve('public/sample');
const index = JSON.parse(readFileSync(path.join(sample, 'index.json'), 'utf8')) as {
  files: { path: string; url: string; modified: string; sha256: string }[];
};

/** The sample lineage's files. */
function sampleFiles(): ByteSource[] {
  return index.files.map((file) =>
    memorySource(file.path, readFileSync(path.join(sample, file.url)), Date.parse(file.modified)),
  );
}

async function hashOfExport({ ports }: TestBench, id: NodeId): Promise<string> {
  const hash = createHash('sha256');
  for (const { files } of await exportModels(ports, [id], noRun))
    for (const file of files) for await (const piece of file.bytes) hash.update(piece);
  return hash.digest('hex');
}

/** Checkpoints and exports of two kinds that share tensors: what takes no more needs no more. */
function fewFiles(): ByteSource[] {
  return sampleFiles().filter((file) => /s_2022|v3_2021-09/.test(file.path));
}

describe('importing the sample lineage', () => {
  it('stores every model so that it comes out byte for byte, in less space', async () => {
    const bench = await testBench();
    const report = await bench.importFiles(sampleFiles());
    expect(report.models.flatMap((model) => model.error ?? [])).toEqual([]);
    for (const { path: file, sha256 } of index.files) {
      const model = report.models.find((imported) => imported.file === file);
      expect(model?.id, file).toBeDefined();
      expect(await hashOfExport(bench, model?.id as NodeId), file).toBe(sha256);
    }
    expect(report.storedBytes).toBeLessThan(report.rawBytes * 0.8);
    expect(report.edges.provenance).toBeGreaterThan(5);
    expect(await checkIntegrity(bench.ports, noRun)).toMatchObject({ ok: true, problems: [] });
  });

  it('finds everything there when the files are dropped again, under any path', async () => {
    const bench = await testBench();
    await bench.importFiles(fewFiles());
    const before = await bench.ports.content.totals();
    const again = await bench.importFiles(
      fewFiles().map((file) => ({ ...file, path: `elsewhere/${file.path}` })),
    );
    expect(again.models.every((model) => model.existing === true)).toBe(true);
    expect(await bench.ports.content.totals()).toEqual(before);
  });

  it('can be undone and redone', async () => {
    const bench = await testBench();
    const { ports } = bench;
    await bench.importFiles(fewFiles());
    await undoOperation(ports.session, ports.log, 'undo');
    expect((await ports.session.lineage()).nodes.size).toBe(0);
    await collectGarbage(ports, noRun);
    await undoOperation(ports.session, ports.log, 'redo');
    expect((await ports.session.lineage()).nodes.size).toBe(fewFiles().length);
    expect(await checkIntegrity(ports, noRun)).toMatchObject({ ok: true });
    await undoOperation(ports.session, ports.log, 'undo');
    await collectGarbage(ports, noRun, 0);
    expect((await ports.content.totals()).chunks).toBe(0);
    await expect(undoOperation(ports.session, ports.log, 'redo')).rejects.toMatchObject({
      code: 'snapshot-missing',
    });
  });
});

describe('models that come one by one', () => {
  it('end up joined as in one drop, though exports came before their checkpoint', async () => {
    const files = sampleFiles().filter((file) => file.path.includes('/n_'));
    const joined = async (batches: ByteSource[][]) => {
      const bench = await testBench();
      for (const batch of batches) await bench.importFiles(batch);
      const { edges, nodes } = await bench.ports.session.lineage();
      const name = (id: NodeId) => nodes.get(id)?.name ?? '';
      return [...edges.values()].map(({ kind, from, to }) => `${kind} ${name(from)} ${name(to)}`);
    };
    const together = await joined([files]);
    const apart = await joined(files.toReversed().map((file) => [file]));
    expect(apart.sort()).toEqual(together.sort());
    expect(together.length).toBeGreaterThan(3);
  });
});

describe('an import that ends early', () => {
  it('leaves nothing behind, whichever await it is cancelled at', async () => {
    const few = sampleFiles().slice(0, 3);
    let checks = 0;
    for (let stopAt = 1; ; stopAt = Math.ceil(stopAt * 1.4)) {
      const bench = await testBench();
      checks = 0;
      const signal = {
        get aborted() {
          return checks >= stopAt;
        },
        throwIfAborted() {
          if (++checks >= stopAt) throw new DOMException('stopped', 'AbortError');
        },
      };
      const outcome = await bench.importFiles(few, {}, { signal }).then(
        () => 'done',
        (error: unknown) => (error as Error).name,
      );
      if (outcome === 'done') break;
      expect(outcome).toBe('AbortError');
      expect(await bench.ports.content.totals(), `stopped at check ${stopAt}`).toMatchObject({
        chunks: 0,
      });
      expect(await bench.ports.log.pendingImports()).toEqual([]);
      expect((await bench.ports.session.lineage()).nodes.size).toBe(0);
    }
    expect(checks).toBeGreaterThan(50);
  });

  it('is taken back whole when the store is full, and says what it needs', async () => {
    const bench = await testBench(memoryPlace(800_000));
    await expect(bench.importFiles(sampleFiles())).rejects.toMatchObject({
      code: 'quota-exceeded',
    });
    expect((await bench.ports.content.totals()).chunks).toBe(0);
    expect(await bench.ports.log.pendingImports()).toEqual([]);
  });

  it('goes on where a crash ended it, without storing twice', async () => {
    const place = memoryPlace();
    const first = await testBench(place);
    let crash: (() => void) | undefined;
    const crashed = new Promise<void>((resolve) => {
      crash = resolve;
    });
    void first
      .importFiles(
        fewFiles(),
        {},
        {
          onProgress: ({ step }) => {
            if (step.startsWith('Storing')) {
              first.stores.close();
              crash?.();
            }
          },
        },
      )
      .catch(() => undefined);
    await crashed;
    const second = await testBench(place);
    expect((await second.ports.session.lineage()).nodes.size).toBe(0);
    const report = await second.importFiles(fewFiles());
    expect(report.models.every((model) => model.id !== undefined)).toBe(true);
    expect(await checkIntegrity(second.ports, noRun)).toMatchObject({ ok: true });
  });
});

describe('a batch with broken files', () => {
  it('reports each with its code and imports the rest', async () => {
    const bench = await testBench();
    const [good] = sampleFiles();
    if (good === undefined) throw new Error('no sample');
    const bytes = await good.read(0, good.sizeBytes);
    const report = await bench.importFiles([
      memorySource('cut.pth', bytes.subarray(0, bytes.length >> 1)),
      memorySource('page.onnx', new TextEncoder().encode('<!DOCTYPE html><html></html>')),
      memorySource('README.md', new TextEncoder().encode('# weights')),
      good,
    ]);
    const codes = Object.fromEntries(report.models.map((model) => [model.file, model.error?.code]));
    expect(codes).toMatchObject({ 'page.onnx': 'format-unknown', [good.path]: undefined });
    expect(codes['cut.pth']).toMatch(/^format-/);
    expect(report.ignored).toEqual(['README.md']);
    expect((await bench.ports.session.lineage()).nodes.size).toBe(1);
  });

  it('reports a file that changes between the two readings, and keeps the rest', async () => {
    const bench = await testBench();
    const [good, other] = sampleFiles();
    if (good === undefined || other === undefined) throw new Error('no sample');
    // Over the budget of the cache, so that it is read again: 128 MiB of one large tensor.
    const large = largeSafetensors(128 * 1024 * 1024);
    let reads = 0;
    const changing: ByteSource = {
      path: 'changing.safetensors',
      sizeBytes: large.byteLength,
      read: (offset, length) => {
        const piece = Uint8Array.from(large.subarray(offset, offset + length));
        if (offset > 100e6 && ++reads > 8) piece[0] = (piece[0] ?? 0) ^ 255;
        return Promise.resolve(piece);
      },
    };
    const report = await bench.importFiles([good, changing, other]);
    const failed = report.models.filter((model) => model.error !== undefined);
    expect(failed.map((model) => [model.file, model.error?.code])).toEqual([
      ['changing.safetensors', 'file-unreadable'],
    ]);
    expect((await bench.ports.session.lineage()).nodes.size).toBe(2);
  });
});

/** A safetensors file of one uint8 tensor whose chunks all differ. */
function largeSafetensors(sizeBytes: number): Uint8Array {
  const header = JSON.stringify({
    w: { dtype: 'U8', shape: [sizeBytes], data_offsets: [0, sizeBytes] },
  });
  const json = new TextEncoder().encode(header.padEnd(Math.ceil(header.length / 8) * 8));
  const bytes = new Uint8Array(8 + json.length + sizeBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  const view = new DataView(bytes.buffer, 8 + json.length);
  for (let at = 0; at < sizeBytes; at += 65_536) view.setUint32(at, at, true);
  return bytes;
}

describe('declared edges and a declared parent', () => {
  it('are added as declared, and inferred ones do not contradict them', async () => {
    const bench = await testBench();
    const files = sampleFiles();
    const root = await bench.importFiles(files.slice(0, 1));
    const parent = root.models[0]?.id;
    if (parent === undefined) throw new Error('no parent');
    await bench.importFiles(files.slice(1, 3), { parent, modelType: 'face-detector' });
    const { edges, nodes } = await bench.ports.session.lineage();
    const declared = [...edges.values()].filter((edge) => edge.grade === 'declared');
    expect(declared.map((edge) => edge.from)).toEqual([parent, parent]);
    expect([...nodes.values()].filter((node) => node.modelType === 'face-detector')).toHaveLength(
      2,
    );
  });

  it('leave out what would close a cycle, and import everything all the same', async () => {
    const bench = await testBench();
    const [first, second] = sampleFiles();
    if (first === undefined || second === undefined) throw new Error('no sample');
    const there = { kind: 'provenance', from: first.path, to: second.path } as const;
    const back = { kind: 'version', from: second.path, to: first.path } as const;
    const report = await bench.importFiles([first, second], {
      infer: false,
      declared: [there, back],
    });
    expect(report.models.filter((model) => model.id !== undefined)).toHaveLength(2);
    const { edges } = await bench.ports.session.lineage();
    expect([...edges.values()].map((edge) => edge.kind)).toEqual(['provenance']);
  });
});
