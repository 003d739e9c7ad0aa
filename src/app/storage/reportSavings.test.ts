import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { removeNodes } from '../../core/lineage/removeNodes.ts';
import { savingHeadings, tensorSavings, type SavingsReport } from '../../core/savingsViews.ts';
import { memorySource } from '../../formats/memorySource.fixture.ts';
import { noRun, testBench, type TestBench } from '../import/importModels.fixture.ts';
import { undoOperation } from '../undoOperation.ts';
import { collectGarbage } from './collectGarbage.ts';
import { reportSavings } from './reportSavings.ts';
import { reportStorage } from './reportStorage.ts';

const sum = (numbers: Iterable<number>) => [...numbers].reduce((all, one) => all + one, 0);
const sizes = [400, 3000, 12_000];

/** A safetensors file of float32 tensors, each of a size and a kind: `seed` 0 is the base's, others are nudged. */
function modelFile(name: string, seeds: readonly number[]) {
  let offset = 0;
  const header: Record<string, object> = {};
  const arrays = seeds.map((seed, place) => {
    const values = Float32Array.from({ length: sizes[place] ?? 0 }, (_, i) => {
      const base = Math.sin((place + 1) * (i + 1) * 12.9898) * 0.1;
      return seed === 0 ? base : base + Math.cos(seed * (i + 3) * 78.233) * 3e-4;
    });
    const from = offset;
    offset += values.byteLength;
    header[`t${place}`] = { dtype: 'F32', shape: [values.length], data_offsets: [from, offset] };
    return { from, values };
  });
  const text = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + offset);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 8);
  for (const { from, values } of arrays)
    bytes.set(new Uint8Array(values.buffer), 8 + text.length + from);
  return memorySource(`${name}.safetensors`, bytes);
}

function expectToAddUp(report: SavingsReport): void {
  const held = savingHeadings.map((of) => report.held[of]);
  expect(sum(held.map(({ rawBytes }) => rawBytes))).toBe(report.rawBytes);
  expect(
    sum(held.map(({ storedBytes }) => storedBytes)) +
      sum(Object.values(report.kept)) +
      report.garbageBytes +
      report.recordBytes,
  ).toBe(report.storedBytes);
  for (const { rawBytes, storedBytes, tensors } of report.models) {
    const rows = tensorSavings(tensors);
    expect(sum(rows.map((row) => row.rawBytes))).toBe(rawBytes);
    expect(sum(rows.map((row) => row.storedBytes))).toBe(storedBytes);
  }
}

const steps = fc.array(
  fc.oneof(
    fc.record({
      is: fc.constant('import' as const),
      seeds: fc.array(fc.nat(3), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ is: fc.constant('remove' as const), place: fc.nat(4) }),
    fc.record({ is: fc.constantFrom('undo' as const, 'collect' as const, 'forget' as const) }),
  ),
  { minLength: 1, maxLength: 8 },
);
type Step = (typeof steps extends fc.Arbitrary<infer T extends readonly unknown[]> ? T : never)[number]; // prettier-ignore

async function take(bench: TestBench, step: Step, name: string): Promise<void> {
  const { ports } = bench;
  const ids = [...(await ports.session.lineage()).nodes.keys()];
  const [parent] = ids;
  if (step.is === 'import')
    await bench.importFiles([modelFile(name, step.seeds)], parent === undefined ? {} : { parent });
  else if (step.is === 'remove') {
    const id = ids[step.place % Math.max(1, ids.length)];
    if (id !== undefined) await ports.session.commit((now) => removeNodes(now, [id], 'detach'));
  } else if (step.is === 'undo')
    // Nothing to undo, or its model was forgotten: as it is.
    await undoOperation(ports.session, ports.log, 'undo').catch(() => undefined);
  else await collectGarbage(ports, noRun, step.is === 'forget' ? 0 : undefined);
}

describe('the savings of a lineage', () => {
  it('add up after any history, and say what collecting frees', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (history) => {
        const bench = await testBench();
        for (const [index, step] of history.entries()) {
          await take(bench, step, `m${index}`);
          expectToAddUp(await reportSavings(bench.ports));
        }
        const before = await reportSavings(bench.ports);
        await collectGarbage(bench.ports, noRun);
        const after = await reportSavings(bench.ports);
        expect(after.garbageBytes).toBe(0);
        expect(before.kept).toEqual(after.kept);
        const chunks = ({ storedBytes, recordBytes }: SavingsReport) => storedBytes - recordBytes;
        expect(chunks(before) - chunks(after)).toBe(before.garbageBytes);
        await collectGarbage(bench.ports, noRun, 0);
        const forgotten = await reportSavings(bench.ports);
        expectToAddUp(forgotten);
      }),
      { numRuns: 25 },
    );
  });

  it('are those of the storage report, for the sample lineage', async () => {
    const bench = await testBench();
    const sample = path.resolve('public/sample');
    const index = JSON.parse(readFileSync(path.join(sample, 'index.json'), 'utf8')) as {
      files: { path: string; url: string }[];
    };
    await bench.importFiles(
      index.files.map((file) => memorySource(file.path, readFileSync(path.join(sample, file.url)))),
    );
    const report = await reportSavings(bench.ports);
    const { rawBytes, storedBytes } = await reportStorage(bench.ports);
    expectToAddUp(report);
    expect(report).toMatchObject({ rawBytes, storedBytes, garbageBytes: 0 });
    expect(report.held.shared.rawBytes).toBeGreaterThan(0);
    expect(report.held.delta.rawBytes).toBeGreaterThan(report.held.delta.storedBytes);
    expect(report.models.map(({ node }) => node)).toEqual([
      ...(await bench.ports.session.lineage()).nodes.keys(),
    ]);
    const names = report.models.flatMap(({ tensors }) => tensors.names);
    expect(names.filter((name) => name === '')).toEqual([]);
  });

  it('count what removed models leave as bases, and for undo', async () => {
    const bench = await testBench();
    const { models } = await bench.importFiles([modelFile('base', [0, 0, 0])]);
    const id = models[0]?.id;
    if (id === undefined) throw new Error('not imported');
    await bench.importFiles([modelFile('child', [1, 1, 1])], { parent: id });
    await bench.ports.session.commit((now) => removeNodes(now, [id], 'detach'));
    const report = await reportSavings(bench.ports);
    expectToAddUp(report);
    expect(report.models.map(({ name }) => name)).toEqual(['child']);
    expect(report.held.delta.storedBytes).toBeGreaterThan(0);
    expect(report.kept.bases).toBeGreaterThan(0);
  });
});
