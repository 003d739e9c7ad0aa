import type { NodeId } from '../../core/ids.ts';
import { parentsOf } from '../../core/lineage/lineage.ts';
import { LineageError } from '../../core/lineageError.ts';
import { canonicalText } from '../../core/canonical.ts';
import type { ModelTest } from '../../core/modelTests/modelTest.ts';
import { prepareTestData } from '../../core/modelTests/prepareTestData.ts';
import type { Literal, Network } from '../../core/network/network.ts';
import type { Run } from '../../core/ports/run.ts';
import type { Arguments } from '../../core/recipe/recipe.ts';
import { parentModel } from '../create/parentModel.ts';
import { reportNodeStorage } from '../storage/reportStorage.ts';
import type { Predicted } from './crossCheck.ts';
import { knownPreparation, settleTestData } from './settleTestData.ts';
import type { FedData, TestBackend, TestContext } from './testFunction.ts';
import type { TestPorts } from './testPorts.ts';
import type { TestSubject } from './testSubject.ts';

/** Examples of one run of a session, at least. */
const fewestRows = 64;
/** And at most: a run costs a writing of the weights, which many examples share. */
const mostRows = 1024;
/** Bytes of a run's inputs: what is computed from them is larger by the width of the layers. */
const runBytes = 64 * 1024;

/** How many examples go through a network at once; the same for all models that are fed alike. */
function rowsOfRun(inputs: ReadonlyMap<string, Literal>): number {
  const bytes = [...inputs.values()].reduce(
    (sum, tensor) => sum + tensor.bytes.length / Math.max(1, tensor.shape[0] ?? 1),
    0,
  );
  return Math.max(fewestRows, Math.min(mostRows, Math.floor(runBytes / Math.max(1, bytes))));
}

/** What is known after a run of a test besides its numbers. */
export interface Witness {
  /** The prediction of record. */
  predicted?: Predicted;
  /** How the model was fed. */
  fed?: FedData;
}

/** What a test function works with; notes in `witness` what it did. */
export function testContext(
  ports: TestPorts,
  { test, args, backend }: { test: ModelTest; args: Arguments; backend: TestBackend },
  { model, stored }: TestSubject,
  run: Run,
  witness: Witness,
): TestContext {
  const predictOn = (
    device: TestBackend,
    network: Network,
    inputs: ReadonlyMap<string, Literal>,
    batch: number,
    whole = false,
  ) => ports.compute.predict({ network, inputs, device, batch, whole }, run.signal);
  return {
    model,
    test,
    args,
    stored,
    run,
    now: ports.now,
    fed: async (change = {}) => {
      const { model: fedModel = model, perturb, rows } = change;
      const data = test.data;
      if (data === undefined)
        throw new LineageError('data-unfit', { reason: 'the test has no data set: choose one' });
      const settled = await settleTestData(ports, fedModel, data, run);
      const { part, where, seed, limit } = data;
      const selection = {
        part,
        seed,
        perturb: perturb ?? data.perturb,
        ...(where === undefined ? {} : { where }),
        ...(limit === undefined ? {} : { limit }),
        ...(rows === undefined ? {} : { rows }),
      };
      const key = canonicalText([settled.use, { ...selection, rows: rows && [...rows] }]);
      const prepared = await ports.tested.prepared(key, async () => {
        const { dataset, reading } = settled.use;
        const { examples } = await ports.dataCache.read(ports, dataset, reading, run);
        run.signal.throwIfAborted();
        return prepareTestData(examples, settled.use, selection);
      });
      const fed = { settled, prepared };
      if (fedModel === model) witness.fed ??= fed;
      return fed;
    },
    predict: async (network, inputs) => {
      const outputs = await predictOn(backend, network, inputs, rowsOfRun(inputs));
      witness.predicted ??= { network, inputs, outputs, backend };
      return outputs;
    },
    predictOn,
    knownUse: () => knownPreparation(ports, model),
    ownBytes: async () => (await reportNodeStorage(ports, model.node.id)).uniqueBytes,
    other: (named) => otherModel(ports, model.node.id, named, run),
    script: (order) => ports.sandbox.run(order, run.signal),
  };
}

async function otherModel(ports: TestPorts, id: NodeId, named: string | undefined, run: Run) {
  const lineage = await ports.session.lineage();
  if (named !== undefined) {
    const found = lineage.nodes.has(named as NodeId) ? (named as NodeId) : lineage.names.get(named);
    if (found === undefined) throw new LineageError('node-missing', { node: named });
    return parentModel(ports, found, run);
  }
  const [parent] = parentsOf(lineage, id, 'provenance');
  if (parent === undefined)
    throw new LineageError('data-unfit', { reason: 'the model has no parent to compare with' });
  return parentModel(ports, parent, run);
}
