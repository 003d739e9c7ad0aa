import { isEncodable } from '../../core/network/encodeNumbers.ts';
import { isFloat } from '../../core/dtype.ts';
import { combined } from '../../core/network/combine.ts';
import type { Literal } from '../../core/network/network.ts';
import type { Run } from '../../core/ports/run.ts';
import type { TensorEntry } from '../../core/snapshot.ts';
import type { ParentModel } from '../create/creationFunction.ts';

/** Why models cannot be added up: they need tensors of the same names, types and shapes. */
export function unfitToCombine(parents: readonly ParentModel[]): string | undefined {
  const [first, ...others] = parents;
  if (first === undefined) return undefined;
  if (combinable(first).length === 0) return `${first.node.name} has no weights of a float type`;
  for (const other of others) {
    const theirs = new Map(other.tensors.map((entry) => [entry.name, entry]));
    for (const { name, shape, dtype } of combinable(first)) {
      const found = theirs.get(name);
      const where = `${first.node.name} and ${other.node.name}`;
      if (found === undefined)
        return `${where} are not built alike: only one of them has the tensor ${name}`;
      if (found.shape.join() !== shape.join())
        return `${where} are not built alike: ${name} is [${shape.join(', ')}] in one and [${found.shape.join(', ')}] in the other`;
      if (found.dtype !== dtype)
        return `${name} is ${dtype} in ${first.node.name} and ${found.dtype} in ${other.node.name}`;
    }
  }
  return undefined;
}

/** Float weights of a model; whole numbers, such as counts of batches, are taken from the first. */
export function combinable({ tensors }: ParentModel): readonly TensorEntry[] {
  return tensors.filter(
    ({ role, dtype, payload }) =>
      role === 'weight' && isFloat(dtype) && isEncodable(dtype) && payload !== undefined,
  );
}

/** Σ factor · parent for every float weight of the first parent, one tensor at a time. */
export async function combineParents(
  parents: readonly ParentModel[],
  factors: readonly number[],
  run: Run,
): Promise<ReadonlyMap<string, Literal>> {
  const results = new Map<string, Literal>();
  const [first] = parents;
  for (const { name } of first === undefined ? [] : combinable(first)) {
    run.signal.throwIfAborted();
    const tensors: Literal[] = [];
    for (const parent of parents) {
      const value = (await parent.values([name])).get(name);
      if (value === undefined) throw new Error(`${parent.node.name} has no values of ${name}`);
      tensors.push(value);
    }
    results.set(name, combined(tensors, factors));
  }
  return results;
}
