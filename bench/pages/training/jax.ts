import { jaxPeer, type Peer } from '../../../src/compute/independentJax.fixture.ts';
import type { Contestant, Who } from './contestant.ts';
import { peerSteps } from './peerSteps.ts';
import { jobOf } from './trials.ts';

/** jax-js: one compiled function a step, its weights and state on the device. */
export function jax({ device }: Extract<Who, { is: 'jax-js' | 'TensorFlow.js' }>): Contestant {
  let steps: ((count: number) => ReturnType<Contestant['steps']>) | undefined;
  return {
    prepare: async (trial) => {
      const job = jobOf(trial);
      const peer: Peer = await jaxPeer({
        network: job.network,
        trainable: job.trainable,
        optimizer: job.settings.optimizer,
        learningRate: job.settings.learningRate,
        device,
      });
      steps = peerSteps(job, (batch) => peer.step(batch));
    },
    steps: (count) => steps?.(count) ?? Promise.reject(new Error('nothing is prepared')),
    free: () => {
      steps = undefined;
    },
  };
}
