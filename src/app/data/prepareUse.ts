import type { DataUse } from '../../core/data/dataUse.ts';
import { prepareData } from '../../core/data/prepare.ts';
import type { Run } from '../../core/ports/run.ts';
import type { TrainData } from '../../core/training/trainJob.ts';
import type { DataCache, ReadDataPorts } from './readData.ts';

/**
 * A stored data set as a recipe uses it: read, split, preprocessed.
 *
 * @throws LineageError `dataset-missing`, `dataset-invalid`, `data-unfit`.
 */
export async function prepareUse(
  ports: ReadDataPorts & { readonly dataCache: DataCache },
  use: DataUse,
  run: Run,
): Promise<TrainData> {
  const { examples } = await ports.dataCache.read(ports, use.dataset, use.reading, run);
  run.signal.throwIfAborted();
  return prepareData(examples, use);
}
