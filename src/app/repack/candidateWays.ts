import type { NodeId } from '../../core/ids.ts';
import type { Lineage } from '../../core/lineage/lineage.ts';
import { estimateAlone, estimateDelta } from '../../core/planning/estimateSize.ts';
import { sketchIndex } from '../../core/planning/sketchIndex.ts';
import type { ChunkDerivation } from '../../core/ports/contentStore.ts';
import { chunkBytes } from '../../core/snapshot.ts';
import type { Survey, SurveyedPayload } from './surveyStore.ts';

/** A way to store a chunk, with what it is known or thought to take. */
export interface Way {
  readonly to: number;
  /** Places in the survey. */
  readonly bases: readonly number[];
  readonly bytes: number;
  /** `now`: as it is. `guessed`: by sketch. `sampled`: a part was encoded. `whole`: all was. */
  readonly known: 'now' | 'guessed' | 'sampled' | 'whole';
  readonly derivation?: ChunkDerivation;
}

/** Similar tensors anywhere that are taken for candidates, and in all. */
const nearestAnywhere = 6;
const mostCandidates = 10;
/** A tensor that nothing is known of but its size is tried over this many of its family. */
const mostUnsketched = 2;
/** Share of its size that a delta between two of those is guessed to take: enough to be sampled. */
const unsketchedShare = 0.7;

/**
 * Deltas and whole forms that chunks might be stored in, by estimate: to the same tensor of parents,
 * children, siblings and predecessors, and to similar tensors anywhere.
 */
export function candidateWays(survey: Survey, lineage: Lineage): Way[] {
  const ways = currentWays(survey);
  const index = sketchIndex<number>();
  for (const [place, { sketch }] of survey.payloads.entries()) {
    if (sketch !== undefined) index.add(place, sketch);
  }
  const family = familyPayloads(survey, lineage);
  for (const [place, { sketch, payload }] of survey.payloads.entries()) {
    const relatives = family.get(place) ?? new Set<number>();
    const found = new Map<number, number>();
    if (sketch === undefined) {
      for (const other of [...relatives].slice(0, mostUnsketched)) {
        found.set(other, payload.sizeBytes * unsketchedShare);
      }
    } else {
      for (const { key, bytes } of index.nearest(sketch, nearestAnywhere, place)) {
        found.set(key, bytes);
      }
      for (const other of relatives) {
        const theirs = survey.payloads[other]?.sketch;
        if (theirs !== undefined) found.set(other, estimateDelta(sketch, theirs));
      }
      ways.push(...chunkWays(survey, place, undefined, estimateAlone(sketch)));
    }
    const best = [...found].sort((a, b) => a[1] - b[1]).slice(0, mostCandidates);
    for (const [base, bytes] of best) ways.push(...chunkWays(survey, place, base, bytes));
  }
  return ways;
}

/** How each chunk is stored now. */
function currentWays({ chunks, places }: Survey): Way[] {
  return chunks.map(({ storage }, to) => ({
    to,
    bases: storage.bases.flatMap((base) => places.get(base) ?? []),
    bytes: storage.storedBytes,
    known: 'now',
  }));
}

/** The chunks of a payload over those of another, or alone; `bytes` is for the whole payload. */
function chunkWays(survey: Survey, place: number, base: number | undefined, bytes: number): Way[] {
  const [own, other] = [
    survey.payloads[place],
    base === undefined ? undefined : survey.payloads[base],
  ];
  if (own === undefined || !(bytes < own.payload.sizeBytes)) return [];
  return own.payload.chunks.flatMap((chunk, index): Way[] => {
    const to = survey.places.get(chunk);
    const from = other?.payload.chunks[index];
    const bases = from === undefined ? [] : [survey.places.get(from) ?? -1];
    if (to === undefined || bases.includes(to) || bases.includes(-1)) return [];
    if (base !== undefined && bases.length === 0) return [];
    const share = chunkSize(own, index) / own.payload.sizeBytes;
    return [{ to, bases, bytes: bytes * share, known: 'guessed' }];
  });
}

function chunkSize({ payload }: SurveyedPayload, index: number): number {
  return Math.min(chunkBytes, payload.sizeBytes - index * chunkBytes);
}

/** For each payload the payloads of equal name and size in models beside it in the lineage. */
function familyPayloads(survey: Survey, lineage: Lineage): Map<number, Set<number>> {
  const keyOf = (place: number): string => {
    const own = survey.payloads[place];
    return own === undefined
      ? ''
      : `${own.name} ${own.payload.sizeBytes} ${own.sketch?.form ?? ''}`;
  };
  const family = new Map<number, Set<number>>();
  const link = (a: number, b: number): void => {
    if (a === b) return;
    const known = family.get(a);
    if (known) known.add(b);
    else family.set(a, new Set([b]));
  };
  for (const [node, mine] of survey.models) {
    for (const other of neighboursOf(node, lineage)) {
      const theirs = new Map(
        (survey.models.get(other) ?? []).flatMap((place) =>
          place < 0 ? [] : [[keyOf(place), place] as const],
        ),
      );
      for (const place of mine) {
        const match = place < 0 ? undefined : theirs.get(keyOf(place));
        if (match !== undefined) link(place, match);
      }
    }
  }
  return family;
}

/** Parents, predecessors, children and successors; of a large family the first few of each. */
function neighboursOf(node: NodeId, lineage: Lineage): NodeId[] {
  const above = [...(lineage.incoming.get(node) ?? [])].map(({ from }) => from);
  const below = [...(lineage.outgoing.get(node) ?? [])].map(({ to }) => to);
  return [...new Set([...above.slice(0, 8), ...below.slice(0, 8)])];
}
