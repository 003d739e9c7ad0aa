import { hasTool } from '../tools.ts';
import { bitX } from './bitX.ts';
import { commandPeers } from './commands.ts';
import { fmDelta } from './fmDelta.ts';
import { mgitExact, mgitLossy } from './mgit.ts';
import type { Peer } from './peer.ts';
import { xet } from './xet.ts';
import { zipNn } from './zipNn.ts';

const all: readonly Peer[] = [
  ...commandPeers, xet, zipNn, fmDelta, bitX, mgitExact, mgitLossy,
]; // prettier-ignore

const packages: Readonly<Record<string, string>> = {
  xz: 'xz-utils', zstd: 'zstd', tar: 'tar', xdelta3: 'xdelta3', bsdiff: 'bsdiff', bspatch: 'bsdiff',
}; // prettier-ignore

/** The peers whose commands are there; says which are not, and how to get them. */
export function readyPeers(): Peer[] {
  return all.filter(({ name, tools }) => {
    const missing = tools.filter((tool) => !hasTool(tool));
    if (missing.length === 0) return true;
    const wanted = [...new Set(missing.map((tool) => packages[tool] ?? tool))].join(' ');
    console.log(`SKIPPED: ${name}: ${missing.join(', ')} not on the PATH (apt-get install ${wanted}).\n`); // prettier-ignore
    return false;
  });
}

/** Where each peer comes from, as a list. */
export function printSources(peers: readonly Peer[]): void {
  for (const { name, kind, source } of peers) console.log(`- _${name}_ (${kind}): ${source}.`);
}
