import { isLineageError } from '../../../core/lineageError.ts';
import type { ParentModel } from '../../create/creationFunction.ts';

/** Why a model cannot be computed; undefined where it can. */
export async function unfitForPrediction(model: ParentModel): Promise<string | undefined> {
  try {
    await model.network();
    return undefined;
  } catch (error) {
    if (!isLineageError(error, 'network-unsupported')) throw error;
    return `${model.node.name} cannot be computed: ${error.data.reason}`;
  }
}
