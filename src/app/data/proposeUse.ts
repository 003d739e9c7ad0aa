import type { DataUse, Preprocessing } from '../../core/data/dataUse.ts';
import { proposeUse as propose, type UsableData } from '../../core/data/proposeUse.ts';
import type { RawExamples } from '../../core/data/rawExamples.ts';
import type { DatasetId } from '../../core/ids.ts';
import { datasetOf } from '../../core/lineage/editDatasets.ts';
import type { Network } from '../../core/network/network.ts';
import type { Run } from '../../core/ports/run.ts';
import type { ParentModel } from '../create/creationFunction.ts';
import type { CreatePorts } from '../create/createPorts.ts';
import { recipeUse } from '../create/recipeData.ts';

/**
 * How a data set would feed the first of the parents. Where a recipe of the parent or an ancestor tells how
 * its inputs were prepared and what its classes are, these are kept: weights that expect a scale and an
 * order of classes go on getting it.
 *
 * @throws LineageError `dataset-missing`, `data-unfit`, `recipe-invalid`.
 */
export async function proposeUse(
  ports: CreatePorts,
  parents: readonly ParentModel[],
  id: DatasetId,
  run: Run,
): Promise<DataUse> {
  const lineage = await ports.session.lineage();
  const { snapshot, name, reading } = datasetOf(lineage, id);
  const [parent] = parents;
  if (parent === undefined) throw new Error('a data set is proposed for a parent');
  const network = await parent.network();
  const { examples, summary } = await ports.dataCache.read(ports, snapshot, reading, run);
  const inputs = network.inputs.map((input) => input.name);
  const known = recipeUse(lineage, parent.node.id, inputs)?.use;
  return knownUse(network, { dataset: snapshot, name, reading, examples, summary }, known);
}

/**
 * A proposal that keeps what a recipe knows: how inputs are prepared, where the data can feed them so,
 * and the order of classes.
 *
 * @throws LineageError `data-unfit`.
 */
export function knownUse(network: Network, data: UsableData, known: DataUse | undefined): DataUse {
  const classes = Object.fromEntries(
    Object.entries(known?.targets ?? {}).flatMap(([output, target]) =>
      target.classes === undefined ? [] : [[output, target.classes] as const],
    ),
  );
  const { use } = propose(network, data, { classes });
  const kept = Object.entries(use.inputs).map(([input, proposed]) => {
    const before = known?.inputs[input];
    const kept = before !== undefined && canFeed(before, data.examples) ? before : proposed;
    return [input, kept] as const;
  });
  return { ...use, inputs: Object.fromEntries(kept) };
}

/** Whether the examples have the columns that a preprocessing takes. */
function canFeed(preprocessing: Preprocessing, examples: RawExamples): boolean {
  const wanted = preprocessing.is === 'numbers' ? preprocessing.columns : [preprocessing.column];
  return wanted.every((name) => examples.columns.some((column) => column.name === name));
}
