import type { SnapshotId } from '../../core/ids.ts';
import { LineageError } from '../../core/lineageError.ts';
import type { CreationFunction } from './creationFunction.ts';
import type { StoredParent } from './parentModel.ts';

/** What a creation was begun with. */
export interface Begun {
  readonly functionVersion: number;
  /** Of the parents, in order. */
  readonly snapshots: readonly SnapshotId[];
}

/**
 * Checks that a creation can be run again, or gone on with: its function and its parents are those that it was
 * begun with.
 *
 * @throws LineageError `recipe-invalid`.
 */
export function checkUnchanged(
  fn: CreationFunction,
  begun: Begun,
  parents: readonly StoredParent[],
): void {
  const refused = (field: string, reason: string): LineageError =>
    new LineageError('recipe-invalid', { function: fn.id, field, reason });
  if (fn.version !== begun.functionVersion)
    throw refused(
      'function',
      `it was begun by version ${begun.functionVersion} of ${fn.title}, and this is version ${fn.version}: make a new one instead`,
    );
  for (const [index, { node }] of parents.entries())
    if (node.snapshot !== begun.snapshots[index])
      throw refused('parents', `${node.name} is not the model it was when this was begun`);
}
