import { canonicalText } from '../../core/canonical.ts';
import type { DataUse } from '../../core/data/dataUse.ts';
import type { SnapshotId } from '../../core/ids.ts';
import type { ModelNode } from '../../core/lineage/graph.ts';
import type { Lineage } from '../../core/lineage/lineage.ts';
import type { TestData } from '../../core/modelTests/modelTest.ts';
import type { Run } from '../../core/ports/run.ts';
import type { ParentModel } from '../create/creationFunction.ts';
import { knownUse } from '../data/proposeUse.ts';
import { graphText } from './siblingChecks.ts';
import type { TestPorts } from './testPorts.ts';
import { usesAbove, type UseAbove } from './usesAbove.ts';

/** How a test's data feeds a model, and who said so. */
export interface SettledUse {
  readonly use: DataUse;
  /** `recipe`: the model's own; `ancestor`: the nearest one that was made with this data. */
  readonly from: 'test' | 'recipe' | 'ancestor' | 'proposal';
}

/**
 * How a test's data feeds a model: as the test says; else as the recipe of the model or its nearest
 * ancestor used this very data, so that part `test` is what was held back from training; else as it would
 * be proposed for a training, keeping the preparation that ancestors' recipes tell.
 *
 * @throws LineageError `data-unfit`, `network-unsupported`, `dataset-missing`, `dataset-invalid`.
 */
export async function settleTestData(
  ports: Pick<TestPorts, 'session' | 'dataCache' | 'data' | 'content' | 'formats' | 'tested'>,
  model: ParentModel,
  data: TestData,
  run: Run,
): Promise<SettledUse> {
  if (data.use !== undefined) return { use: data.use, from: 'test' };
  const network = await model.network();
  const lineage = await ports.session.lineage();
  const inputs = network.inputs.map(({ name }) => name);
  const outputs = new Set(network.outputs.map(({ name }) => name));
  const feeds = (use: DataUse) => inputs.every((name) => name in use.inputs);
  const same = (use: DataUse) =>
    feeds(use) &&
    use.dataset === data.dataset &&
    Object.keys(use.targets).some((name) => outputs.has(name));
  const found = nearestUse(lineage, model.node, same);
  if (found !== undefined) {
    const targets = Object.entries(found.use.targets).filter(([name]) => outputs.has(name));
    // Read as the test says; augmentation is for training.
    const use = { ...found.use, reading: data.reading, augment: [], asCopies: false };
    return { ...found, use: { ...use, targets: Object.fromEntries(targets) } };
  }
  const { dataset, name, reading } = data;
  const { examples, summary } = await ports.dataCache.read(ports, dataset, reading, run);
  const known = nearestUse(lineage, model.node, feeds)?.use;
  const source = { dataset: dataset satisfies SnapshotId, name, reading, examples, summary };
  const key = canonicalText([dataset, name, reading, known ?? null, graphText(network)]);
  const use = ports.tested.proposal(key, () => knownUse(network, source, known));
  return { use, from: 'proposal' };
}

/** How the model's inputs are prepared, by the nearest recipe; undefined where none tells. */
export async function knownPreparation(
  ports: Pick<TestPorts, 'session'>,
  model: ParentModel,
): Promise<DataUse | undefined> {
  const { inputs } = await model.network();
  const feeds = (use: DataUse) => inputs.every(({ name }) => name in use.inputs);
  return nearestUse(await ports.session.lineage(), model.node, feeds)?.use;
}

function nearestUse(
  lineage: Lineage,
  node: ModelNode,
  fits: (use: DataUse) => boolean,
): UseAbove | undefined {
  for (const found of usesAbove(lineage, node)) if (fits(found.use)) return found;
  return undefined;
}
