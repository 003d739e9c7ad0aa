import type { NodeId } from '../ids.ts';
import type { Branch } from './branch.ts';

/** `branch` pointing at `head`; what was said of where it pointed before goes. */
export function movedTo(branch: Branch, head: NodeId, reason?: string): Branch {
  const { name, notes, createdAt } = branch;
  return { name, head, notes, createdAt, ...(reason === undefined ? {} : { reason }) };
}
