import type { ArchivedFile, LineageExport, LineageFile } from '../../core/branchViews.ts';
import type { NodeId, SnapshotId } from '../../core/ids.ts';
import { ancestors } from '../../core/lineage/ancestry.ts';
import { graphSnapshots } from '../../core/lineage/namedSnapshots.ts';
import type { GraphData } from '../../core/lineage/graph.ts';
import { dataOf, type Lineage } from '../../core/lineage/lineage.ts';
import type { OutputFile } from '../../core/ports/modelFormats.ts';
import type { Run } from '../../core/ports/run.ts';
import { utf8 } from '../../core/utf8.ts';
import type { ExportPorts } from '../exportModels.ts';
import { progressMeter } from '../import/progressMeter.ts';
import { snapshotContent } from '../snapshotContent.ts';
import { streamOf } from '../streamOf.ts';

/**
 * The entries of a lineage file: `lineage.json`, then every model's and data set's files, byte for byte,
 * as streams. With `models`, these and all above them; content of `thin` is left out.
 *
 * @throws LineageError `node-missing`, `snapshot-missing`; while streaming `chunk-missing`,
 *   `chunk-corrupt`.
 */
export async function exportLineage(
  ports: ExportPorts,
  order: LineageExport,
  run: Run,
): Promise<OutputFile[]> {
  const lineage = await ports.session.lineage();
  const graph = order.models === undefined ? dataOf(lineage) : partOf(lineage, order.models);
  const thin = new Set(order.thin);
  const models = new Set(graph.nodes.map((node) => node.snapshot));
  const names = new Map<SnapshotId, string>([
    ...graph.datasets.map(({ snapshot, name }) => [snapshot, name] as const),
    ...graph.nodes.map(({ snapshot, name }) => [snapshot, name] as const),
  ]);
  const left = [...graphSnapshots(graph)].filter((snapshot) => !thin.has(snapshot));
  const meter = progressMeter(run, await totalBytes(ports, left), ports.now);
  const outputs: OutputFile[] = [];
  const content: { snapshot: SnapshotId; files: ArchivedFile[] }[] = [];
  for (const [index, snapshot] of left.entries()) {
    const name = names.get(snapshot) ?? 'data';
    const manifest = await ports.content.manifest(snapshot);
    const skeleton = await ports.content.skeleton(manifest.skeleton);
    const bytes = snapshotContent(ports.content, skeleton, manifest, run.signal, (count) => {
      meter.step(`Writing ${name}`);
      meter.add(count);
    });
    const folder = `${models.has(snapshot) ? 'models' : 'data'}/${index + 1} ${safe(name)}`;
    const files = ports.formats.assemble(skeleton, manifest, bytes).map((file, at) => {
      const entry = `${folder}/${entryName(file.name, at)}`;
      outputs.push({ ...file, name: entry });
      return { entry, name: file.name };
    });
    content.push({ snapshot, files });
  }
  const described: LineageFile = {
    format: 'mgit-lineage',
    version: 1,
    exportedAt: ports.now(),
    ...graph,
    content,
  };
  return [jsonFile('lineage.json', described), ...outputs];
}

/** The models of `ids` with all above them, and what belongs to these alone. */
function partOf(lineage: Lineage, ids: readonly NodeId[]): GraphData {
  // Names that are no models are refused there.
  const kept = new Set([...ids, ...ancestors(lineage, ids)]);
  const all = dataOf(lineage);
  const nodes = all.nodes.filter(({ id }) => kept.has(id));
  const types = new Set(nodes.map(({ modelType }) => modelType));
  const used = new Set(
    nodes.flatMap(({ recipe }) => (recipe?.data ?? []).map((use) => use.dataset)),
  );
  const tests = all.tests.filter(({ bindings }) =>
    bindings.some(
      (binding) =>
        (binding.is === 'node' && kept.has(binding.node)) ||
        (binding.is === 'type' && types.has(binding.modelType)),
    ),
  );
  for (const { data } of tests) if (data !== undefined) used.add(data.dataset);
  return {
    nodes,
    edges: all.edges.filter(({ from, to }) => kept.has(from) && kept.has(to)),
    rejections: all.rejections.filter(({ a, b }) => kept.has(a) && kept.has(b)),
    datasets: all.datasets.filter(({ snapshot }) => used.has(snapshot)),
    tests,
    branches: all.branches.filter(({ head }) => kept.has(head)),
  };
}

async function totalBytes(ports: ExportPorts, snapshots: readonly SnapshotId[]): Promise<number> {
  let total = 0;
  for (const snapshot of snapshots)
    for (const file of (await ports.content.manifest(snapshot)).files) total += file.sizeBytes;
  return total;
}

function jsonFile(name: string, value: unknown): OutputFile {
  const bytes = utf8(JSON.stringify(value));
  return { name, sizeBytes: bytes.length, bytes: streamOf(bytes) };
}

/** Most characters of a folder's name, so that a path stays short enough for every system. */
const longestFolder = 80;

/** A name that is a folder on every system, where a person unpacks the archive. */
function safe(name: string): string {
  const plain = name.replace(/[/\\:*?"<>|\p{C}\p{Zl}\p{Zp}]/gu, '_').replace(/[. ]+$/, '');
  return Array.from(plain).slice(0, longestFolder).join('').trim() || 'model';
}

/** Where a file lies in its folder: as it was called, where that is a harmless path, else by number. */
function entryName(name: string, at: number): string {
  const parts = name.split('/');
  const harmless = parts.every((part) => part !== '' && part !== '.' && part !== '..' && safe(part) === part); // prettier-ignore
  return harmless ? name : `file-${at + 1}`;
}
