import { architectureKey } from '../../autograd/training/evaluationNetwork.ts';
import type { TrainJob } from '../../core/training/trainJob.ts';

/** Equal for jobs whose steps take equal time on one device: what was measured once need not be again. */
export function jobKey({ network, trainable, heads, settings, device }: TrainJob): string {
  const { batchSize, microBatch, optimizer, precision, batchNorm } = settings;
  return JSON.stringify([
    architectureKey(network),
    trainable,
    heads,
    [batchSize, microBatch, optimizer.is, precision, batchNorm, device],
  ]);
}
