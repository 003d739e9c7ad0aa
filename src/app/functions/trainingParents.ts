import { isLineageError } from '../../core/lineageError.ts';
import { trainableWeights } from '../../core/network/trainableWeights.ts';
import type { ParentModel } from '../create/creationFunction.ts';

/** Why a parent's computation cannot be had, in words that end without a full stop. */
export async function unfitNetwork(parent: ParentModel): Promise<string | undefined> {
  const { name, summary } = parent.node;
  if (summary.format !== 'onnx')
    return `${name} holds weights only and does not say how they are computed with; choose an ONNX model`;
  try {
    await parent.network();
    return undefined;
  } catch (error) {
    if (isLineageError(error, 'network-unsupported'))
      return `${name} cannot be computed here: ${error.data.node} – ${error.data.reason}`;
    throw error;
  }
}

/** Why parents cannot be trained. */
export async function unfitForTraining(
  parents: readonly ParentModel[],
): Promise<string | undefined> {
  for (const parent of parents) {
    const reason = await unfitNetwork(parent);
    if (reason !== undefined) return reason;
    const network = await parent.network();
    const weights = trainableWeights(network);
    const dtypes = new Set(weights.map((name) => network.initializers.get(name)?.dtype));
    if (weights.length > 0 && !dtypes.has('f32'))
      return `${parent.node.name} stores its weights as ${[...dtypes].join(', ')}, and only f32 can be trained: train the model it was made from`;
    if (weights.length === 0)
      return `${parent.node.name} has no weights that can be trained: quantised weights and those inside of branches and loops cannot`;
  }
  return undefined;
}

/** The one parent of a function that takes one; more or fewer were refused before. */
export function onlyParent(parents: readonly ParentModel[]): ParentModel {
  const [parent] = parents;
  if (parent === undefined) throw new Error('a call without a parent');
  return parent;
}
