import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Peer, PeerModel } from './peers/peer.ts';

/**
 * Bytes of models with each peer, by its name. Peers and files change seldom and take minutes, so
 * `MGIT_PEER_SIZES=<file>` keeps what was measured there, by peer and by the models' bytes and parents;
 * to be deleted when a peer has changed.
 */
export async function peerSizes(
  models: readonly PeerModel[],
  peers: readonly Peer[],
): Promise<Map<string, number>> {
  const place = process.env['MGIT_PEER_SIZES'];
  const known = readKnown(place);
  const digest = digestOf(models);
  const sizes = new Map<string, number>();
  for (const peer of peers) {
    const key = `${peer.name} of ${digest}`;
    const size = known[key] ?? (await peer.size(models));
    sizes.set(peer.name, size);
    if (place === undefined || known[key] !== undefined) continue;
    known[key] = size;
    // Another bench may have written meanwhile.
    writeFileSync(place, `${JSON.stringify({ ...readKnown(place), ...known }, undefined, 1)}\n`);
  }
  return sizes;
}

function readKnown(place: string | undefined): Record<string, number> {
  if (place === undefined || !existsSync(place)) return {};
  return JSON.parse(readFileSync(place, 'utf8')) as Record<string, number>;
}

function digestOf(models: readonly PeerModel[]): string {
  const hash = createHash('sha256');
  for (const { file, parents } of models)
    hash.update(file).update(parents.map((parent) => models.indexOf(parent)).join());
  return hash.digest('hex').slice(0, 16);
}
