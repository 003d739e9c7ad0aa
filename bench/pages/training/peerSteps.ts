import { StepBatches } from '../../../src/compute/train/stepBatches.ts';
import { trainingStep } from '../../../src/autograd/training/trainingStep.ts';
import type { PeerBatch } from '../../../src/compute/independentJax.fixture.ts';
import type { TrainJob } from '../../../src/core/training/trainJob.ts';
import type { Timed } from './contestant.ts';

/** Times a peer's steps on the batches that we have in ours; each loss is read before the next step. */
export function peerSteps(job: TrainJob, step: (batch: PeerBatch) => Promise<number>) {
  const { network, trainable, heads, settings } = job;
  const batches = new StepBatches(job);
  const shape = trainingStep({ network, trainable, heads, settings });
  let done = 0;
  return async (count: number): Promise<Timed[]> => {
    const times: Timed[] = [];
    while (times.length < count) {
      const { batch } = batches.make(shape, ++done, 1);
      const labels = batch.targets.get('logits');
      if (!(labels instanceof Int32Array)) throw new Error('no labels');
      const given = { inputs: Object.fromEntries(batch.inputs), labels };
      const since = performance.now();
      const loss = await step(given);
      times.push({ ms: performance.now() - since, loss });
    }
    return times;
  };
}
