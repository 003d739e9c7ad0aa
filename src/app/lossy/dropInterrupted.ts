import { dropJob } from '../create/createModels.ts';
import type { CreatePorts } from '../create/createPorts.ts';

/** Begins the owner of each creation of a lossy model; a creation with an owner is not offered to be resumed. */
export const jobOwner = 'lossy ';

/**
 * Drops lossy models that a closed tab was making. Going on with one alone would store it without its tests
 * and its receipt; making it again costs little.
 */
export async function dropInterrupted(
  ports: Pick<CreatePorts, 'content' | 'log' | 'unsaved'>,
): Promise<void> {
  for (const { id, job, running } of await ports.log.pendingImports())
    if (running !== true && isOurs(job)) await dropJob(ports, id);
}

function isOurs(job: unknown): boolean {
  if (typeof job !== 'object' || job === null || !('owner' in job)) return false;
  return typeof job.owner === 'string' && job.owner.startsWith(jobOwner);
}
