import { LineageError } from '../../core/lineageError.ts';
import type { ModelNode } from '../../core/lineage/graph.ts';
import type { Literal } from '../../core/network/network.ts';
import type { TensorEntry } from '../../core/snapshot.ts';
import type { MadeFile, MadeModel } from '../create/creationFunction.ts';
import { withWeights, type TestSubject } from '../modelTests/testSubject.ts';

/**
 * A made model as tests take it before it is stored.
 *
 * @param old - what it is to follow: it says how inputs are prepared.
 */
export function candidateSubject(old: ModelNode, { name, file }: MadeModel): TestSubject {
  const node = { ...old, name };
  if (file.is === 'weights') return withWeights({ ...file.of, node }, file.tensors);
  const tensors = file.is === 'network' ? file.network.initializers : file.tensors;
  return {
    stored: false,
    model: {
      node,
      tensors: [...tensors].map(([tensor, value]) => entryOf(tensor, value)),
      network: () => networkOf(name, file),
      values: (names) =>
        Promise.resolve(
          new Map(
            names.flatMap((each) => {
              const value = tensors.get(each);
              return value === undefined ? [] : [[each, value] as const];
            }),
          ),
        ),
    },
  };
}

function networkOf(name: string, file: Exclude<MadeFile, { is: 'weights' }>) {
  if (file.is === 'network') return Promise.resolve(file.network);
  const reason = 'a file of tensors alone has no computation';
  return Promise.reject(new LineageError('network-unsupported', { node: name, reason }));
}

function entryOf(name: string, { dtype, shape }: Literal): TensorEntry {
  return { name, dtype, shape, payload: 0, role: 'weight' };
}
