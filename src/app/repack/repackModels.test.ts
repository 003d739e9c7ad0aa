import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { chunkCodecs } from '../../codecs/chunkCodecs.ts';
import { mlp } from '../../core/models/mlp.ts';
import { encodeOnnx } from '../../core/network/encodeOnnx.ts';
import type { Literal, Network } from '../../core/network/network.ts';
import { normal, random } from '../../core/construction/synthetic.fixture.ts';
import type { NodeId } from '../../core/ids.ts';
import type { ByteSource } from '../../core/ports/modelFormats.ts';
import { bytesSource } from '../create/bytesSource.ts';
import { exportModels } from '../exportModels.ts';
import { noRun, testBench, type TestBench } from '../import/importModels.fixture.ts';
import { inferEdges } from '../inferEdges.ts';
import { checkIntegrity } from '../storage/checkIntegrity.ts';
import { collectGarbage } from '../storage/collectGarbage.ts';
import type { RepackPorts } from './repackPorts.ts';
import { repackService } from './repackService.ts';

/** Revisions of one perceptron of 80 kB, each of an earlier one, and a transposed stranger. */
function revisions(count: number): ByteSource[] {
  const next = random(5);
  const networks: Network[] = [mlp({ inputs: 128, hidden: [128, 24], classes: 10, seed: 3 })];
  while (networks.length < count) {
    const parent = networks[Math.floor(networks.length * next() ** 0.5)] ?? networks[0];
    if (parent !== undefined) networks.push(changed(parent, 10 ** (-4 + 2 * next()), next));
  }
  return networks.map((network, at) => bytesSource(`revision-${at}.onnx`, encodeOnnx(network)));
}

function changed(network: Network, amount: number, next: () => number): Network {
  const initializers = new Map<string, Literal>();
  for (const [name, value] of network.initializers) {
    const weights = new Float32Array(value.bytes.slice().buffer);
    for (let i = 0; i < weights.length; i++) weights[i] = (weights[i] ?? 0) + amount * normal(next);
    initializers.set(name, { ...value, bytes: new Uint8Array(weights.buffer) });
  }
  return { ...network, initializers };
}

/** Models in an order in which none finds a base: last first, and nobody looks for edges. */
async function poorlyStored(count: number): Promise<{ bench: TestBench; ports: RepackPorts }> {
  const bench = await testBench();
  for (const file of revisions(count).reverse()) await bench.importFiles([file], { infer: false });
  return { bench, ports: { ...bench.ports, codecs: chunkCodecs() } };
}

async function exported({ ports }: TestBench): Promise<string[]> {
  const nodes = [...(await ports.session.lineage()).nodes.keys()];
  return Promise.all(nodes.map((node) => hashOfExport(ports, node)));
}

async function hashOfExport(ports: TestBench['ports'], node: NodeId): Promise<string> {
  const hash = createHash('sha256');
  for (const { files } of await exportModels(ports, [node], noRun))
    for (const file of files) for await (const piece of file.bytes) hash.update(piece);
  return hash.digest('hex');
}

describe('repacking a lineage', () => {
  it('takes the bytes that its plan says, and every model comes out as it went in', async () => {
    const { bench, ports } = await poorlyStored(14);
    const before = await exported(bench);
    const repack = repackService(ports);
    const plan = await repack.plan(noRun);
    const total = (await ports.content.totals()).storedBytes;
    expect(plan.before).toBe(total);
    expect(plan.after).toBeLessThan(0.85 * plan.before);
    expect(plan.depth.after).toBeLessThanOrEqual(8);
    expect(plan.examples[0]).toMatchObject({ how: 'delta' });
    const report = await repack.run(plan.id, noRun);
    expect(report).toMatchObject({ chunks: plan.chunks, stale: 0, cancelled: false });
    expect(report.after / plan.after).toBeGreaterThan(0.97);
    expect(report.after / plan.after).toBeLessThan(1.03);
    expect((await ports.content.totals()).storedBytes).toBe(report.after);
    expect(await exported(bench)).toEqual(before);
    expect(await checkIntegrity(bench.ports, noRun)).toMatchObject({ ok: true });
  });

  it('has nothing more to do once it is done', async () => {
    const { bench, ports } = await poorlyStored(8);
    const repack = repackService(ports);
    await repack.run((await repack.plan(noRun)).id, noRun);
    await inferEdges(bench.ports, undefined, noRun);
    const again = await repack.plan(noRun);
    expect(again.before - again.after).toBeLessThan(0.03 * again.before);
  });

  it('passes over what has changed since it was planned', async () => {
    const { bench, ports } = await poorlyStored(8);
    const [first, second] = [repackService(ports), repackService(ports)];
    const plan = await first.plan(noRun);
    await second.run((await second.plan(noRun)).id, noRun);
    const after = await ports.content.totals();
    const report = await first.run(plan.id, noRun);
    expect(report).toMatchObject({ chunks: 0, stale: plan.chunks });
    expect((await ports.content.totals()).storedBytes).toBe(after.storedBytes);
    const removed = [...(await ports.session.lineage()).nodes.keys()].slice(0, 3);
    await bench.ports.session.commit((lineage) => ({
      kind: 'remove',
      title: 'Removed',
      changes: removed.map((id) => {
        const node = lineage.nodes.get(id);
        return { of: 'node' as const, ...(node === undefined ? {} : { before: node }) };
      }),
    }));
    await collectGarbage(bench.ports, noRun, 0);
    expect(await checkIntegrity(bench.ports, noRun)).toMatchObject({ ok: true });
    expect((await first.plan(noRun)).chunks).toBeGreaterThanOrEqual(0);
  });

  it('stops when it is cancelled, keeps what is done, and can be gone on with', async () => {
    const { bench, ports } = await poorlyStored(10);
    const before = await exported(bench);
    const repack = repackService(ports);
    const plan = await repack.plan(noRun);
    const controller = new AbortController();
    const run = {
      signal: controller.signal,
      onProgress: ({ step, done }: { step: string; done: number }) => {
        if (step === 'Storing again' && done > 3) controller.abort();
      },
    };
    const report = await repack.run(plan.id, run);
    expect(report.cancelled).toBe(true);
    expect(report.chunks).toBeLessThan(plan.chunks);
    expect(await checkIntegrity(bench.ports, noRun)).toMatchObject({ ok: true });
    const rest = await repack.run(plan.id, noRun);
    expect(rest.after / plan.after).toBeLessThan(1.05);
    expect(await exported(bench)).toEqual(before);
  });

  it('refuses a plan it does not have', async () => {
    const { ports } = await poorlyStored(1);
    await expect(repackService(ports).run('nothing', noRun)).rejects.toMatchObject({
      code: 'job-missing',
    });
  });
});
