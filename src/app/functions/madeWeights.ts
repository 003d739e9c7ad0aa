import { tensorBytes } from '../../core/dtype.ts';
import type { Literal, Network } from '../../core/network/network.ts';
import type { Outcome } from '../../core/recipe/recipe.ts';
import type { PartMetrics, TrainReport } from '../../core/training/report.ts';
import type { MadeFile, ParentModel } from '../create/creationFunction.ts';

/** The network with other values of some initializers. */
export function withValues(network: Network, values: ReadonlyMap<string, Literal>): Network {
  return { ...network, initializers: new Map([...network.initializers, ...values]) };
}

/**
 * A made model as the parent's own files with new values, which then share everything else with it; or
 * as a new file where a tensor has another shape or is not one of the parent's.
 *
 * @param network - the parent's computation, with its new head if it got one.
 */
export function madeFile(
  parent: ParentModel,
  network: Network,
  values: ReadonlyMap<string, Literal>,
): MadeFile {
  const entries = new Map(parent.tensors.map((entry) => [entry.name, entry]));
  const fits = [...values].every(([name, { dtype, bytes }]) => {
    const entry = entries.get(name);
    return entry?.dtype === dtype && tensorBytes(entry.dtype, entry.shape) === bytes.length;
  });
  if (fits) return { is: 'weights', of: parent, tensors: values };
  return { is: 'network', network: withValues(network, values), metadata: {} };
}

/** What is known at a glance of a trained model. */
export function outcomeOf(report: TrainReport, parentTest?: PartMetrics): Outcome {
  const validation = report.epochs.find(({ epoch }) => epoch === report.kept)?.validation;
  return {
    ...(report.test === undefined ? {} : { test: report.test }),
    ...(validation === undefined ? {} : { validation }),
    ...(parentTest === undefined ? {} : { parentTest }),
  };
}
