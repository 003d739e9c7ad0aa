import { LineageError } from '../../core/lineageError.ts';
import type { Network } from '../../core/network/network.ts';
import { lastLayers, trainableWeights } from '../../core/network/trainableWeights.ts';
import type { ArgumentsOf } from '../../core/recipe/checkArguments.ts';
import type { Schema } from '../../core/recipe/schema.ts';
import { listed } from './wording.ts';

/** Which weights are trained. */
export const layerFields = {
  layers: {
    is: 'choice',
    default: 'all',
    options: [
      { value: 'all', title: 'All layers' },
      { value: 'last', title: 'The last layers' },
      { value: 'tensors', title: 'Chosen tensors' },
    ],
    title: 'What to train',
    help: 'Fewer layers train faster and forget less of what the model knew; all layers adapt best.',
  },
  lastLayers: {
    is: 'number',
    default: 1,
    min: 1,
    max: 10_000,
    whole: true,
    when: { field: 'layers', is: ['last'] },
    title: 'How many layers',
    help: 'Counted from the output back.',
  },
  tensors: {
    is: 'tensors',
    default: [],
    when: { field: 'layers', is: ['tensors'] },
    title: 'Tensors',
    help: 'Only these are changed; all others stay as they are.',
  },
} as const satisfies Schema;

/**
 * Names of the weights to train, in the order of computation.
 *
 * @param fresh - tensors that are trained in any case: those of a new head.
 * @throws LineageError `recipe-invalid` for tensors that cannot be trained.
 */
export function chosenWeights(
  id: string,
  network: Network,
  { layers, lastLayers: count, tensors }: ArgumentsOf<typeof layerFields>,
  fresh: readonly string[],
): readonly string[] {
  const all = trainableWeights(network);
  const chosen = new Set(fresh);
  if (layers === 'all') return all;
  if (layers === 'last') for (const name of lastLayers(network, count)) chosen.add(name);
  else {
    const unknown = tensors.filter((name) => !all.includes(name));
    const invalid = (reason: string): LineageError =>
      new LineageError('recipe-invalid', { function: id, field: 'tensors', reason });
    if (unknown.length > 0) throw invalid(`${listed(unknown)} cannot be trained in this model`);
    if (tensors.length === 0) throw invalid('choose at least one tensor');
    for (const name of tensors) chosen.add(name);
  }
  return all.filter((name) => chosen.has(name));
}
