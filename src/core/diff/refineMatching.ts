import { levels, type Matching, type MatchGraph } from './matchGraph.ts';

/**
 * Matches by content first, then by ever weaker likeness, and at each level by what surrounds a layer:
 * layers whose number, neighbours and neighbours' partners occur once on either side are paired, then
 * whatever follows along the edges from those; what is left ambiguous goes in order of execution.
 *
 * The neighbourhood colours are those of Weisfeiler and Lehman, A reduction of a graph to a canonical
 * form, 1968.
 */
export function refineMatching(matching: Matching): void {
  const found: [number, number][] = [
    [matching.a.count, matching.b.count],
    [matching.a.count + 1, matching.b.count + 1],
  ];
  const start = found.length;
  for (const [level] of levels.entries()) {
    // At a weaker level, all pairs so far may lead further.
    const waiting = level === 0 ? found.slice(0, start) : allPairs(matching);
    const pair = (x: number, y: number): void => {
      matching.link(x, y);
      waiting.push([x, y]);
    };
    for (const rounds of [2, 1, 0]) pairUnique(matching, level, rounds, pair);
    follow(matching, level, waiting, pair);
    for (let x = nextOpen(matching, level, 0); x >= 0; x = nextOpen(matching, level, x + 1)) {
      const y = bestPartner(matching, level, x);
      if (y < 0) continue;
      pair(x, y);
      follow(matching, level, waiting, pair);
    }
  }
}

type Pairing = (x: number, y: number) => void;

function allPairs(matching: Matching): [number, number][] {
  return [...matching.ofA].flatMap((y, x): [number, number][] => (y < 0 ? [] : [[x, y]]));
}

/** Pairs open layers whose colour occurs once in either graph. */
function pairUnique(matching: Matching, level: number, rounds: number, pair: Pairing): void {
  const colour = colours(matching, level, rounds);
  const once = (graph: MatchGraph, partners: Int32Array, of: readonly string[]) => {
    const seen = new Map<string, number>();
    for (let layer = 0; layer < graph.count; layer++) {
      const key = of[layer] ?? '';
      if ((partners[layer] ?? -1) < 0) seen.set(key, seen.has(key) ? -1 : layer);
    }
    return seen;
  };
  const inB = once(matching.b, matching.ofB, colour.b);
  for (const [key, x] of once(matching.a, matching.ofA, colour.a)) {
    const y = inB.get(key) ?? -1;
    if (x >= 0 && y >= 0) pair(x, y);
  }
}

/** What a layer and its surroundings, `rounds` edges far, look like; a partner's number where there is one. */
function colours(matching: Matching, level: number, rounds: number) {
  const numbers = new Map<string, string>();
  const short = (text: string): string => {
    const known = numbers.get(text) ?? `#${numbers.size}`;
    numbers.set(text, known);
    return known;
  };
  const first = (graph: MatchGraph, partner: (layer: number) => number): string[] =>
    Array.from({ length: graph.count + 2 }, (_, layer) => {
      const paired = partner(layer);
      return paired < 0 ? `${graph.levels[level]?.[layer] ?? ''}` : `pair ${paired}`;
    });
  let a = first(matching.a, (x) => (matching.toB(x) < 0 ? -1 : x));
  let b = first(matching.b, (y) => matching.toA(y));
  const around = (graph: MatchGraph, of: readonly string[]): string[] =>
    of.map((own, layer) => {
      const list = (ends: readonly number[] | undefined): string =>
        (ends ?? []).map((end) => of[end] ?? '').sort().join(); // prettier-ignore
      return short(`${own} < ${list(graph.before[layer])} > ${list(graph.after[layer])}`);
    });
  for (let round = 0; round < rounds; round++) {
    a = around(matching.a, a);
    b = around(matching.b, b);
  }
  return { a, b };
}

/** Pairs open neighbours of pairs where only one of either side is alike. */
function follow(
  matching: Matching,
  level: number,
  waiting: [number, number][],
  pair: Pairing,
): void {
  for (let at = 0; at < waiting.length; at++) {
    const [x, y] = waiting[at] as [number, number];
    for (const ends of ['before', 'after'] as const) {
      const open = (graph: MatchGraph, partners: Int32Array, layer: number) => {
        const seen = new Map<number, number>();
        for (const end of graph[ends][layer] ?? []) {
          if (end >= graph.count || (partners[end] ?? -1) >= 0) continue;
          const key = graph.levels[level]?.[end] ?? -1;
          seen.set(key, seen.has(key) ? -1 : end);
        }
        return seen;
      };
      const there = open(matching.b, matching.ofB, y);
      for (const [key, p] of open(matching.a, matching.ofA, x)) {
        const q = there.get(key) ?? -1;
        if (p >= 0 && q >= 0) pair(p, q);
      }
    }
  }
  waiting.length = 0;
}

function nextOpen(matching: Matching, level: number, from: number): number {
  const there = new Set<number>();
  for (let y = 0; y < matching.b.count; y++)
    if (matching.toA(y) < 0) there.add(matching.b.levels[level]?.[y] ?? -1);
  for (let x = from; x < matching.a.count; x++)
    if (matching.toB(x) < 0 && there.has(matching.a.levels[level]?.[x] ?? -1)) return x;
  return -1;
}

/** Of the open layers alike, the one with most edges in common, then the same name, then the first. */
function bestPartner(matching: Matching, level: number, x: number): number {
  let best = -1;
  let most = -1;
  for (let y = 0; y < matching.b.count; y++) {
    if (matching.toA(y) >= 0) continue;
    if (matching.b.levels[level]?.[y] !== matching.a.levels[level]?.[x]) continue;
    const named = matching.a.names[x] === matching.b.names[y] ? 0.5 : 0;
    const common = matching.commonEdges(x, y) + named;
    if (common <= most) continue;
    most = common;
    best = y;
  }
  return best;
}
