import type { DataUse, Preprocessing } from '../../core/data/dataUse.ts';
import { proposeUse as propose } from '../../core/data/proposeUse.ts';
import type { RawExamples } from '../../core/data/rawExamples.ts';
import type { DatasetId } from '../../core/ids.ts';
import { datasetOf } from '../../core/lineage/editDatasets.ts';
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
  const classes = Object.fromEntries(
    Object.entries(known?.targets ?? {}).flatMap(([output, target]) =>
      target.classes === undefined ? [] : [[output, target.classes] as const],
    ),
  );
  const data = { dataset: snapshot, name, reading, examples, summary };
  const { use } = propose(network, data, { classes });
  const kept = Object.entries(use.inputs).map(([input, proposed]) => {
    const before = known?.inputs[input];
    return [input, before !== undefined && canFeed(before, examples) ? before : proposed] as const;
  });
  return { ...use, inputs: Object.fromEntries(kept) };
}

/** Whether the examples have the columns that a preprocessing takes. */
function canFeed(preprocessing: Preprocessing, examples: RawExamples): boolean {
  const wanted = preprocessing.is === 'numbers' ? preprocessing.columns : [preprocessing.column];
  return wanted.every((name) => examples.columns.some((column) => column.name === name));
}
