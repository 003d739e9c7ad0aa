import type { Edge } from '../core/lineage/graph.ts';
import type { KnownPair } from './constructLineage.fixture.ts';

/** An edge as far as scoring looks at it. */
export type ScoredEdge = Pick<Edge, 'kind' | 'from' | 'to'> & {
  /** 0.5 where the rule cannot tell the order; 1 where it has no doubts. */
  readonly certainty: number;
  /** Whether it claims that weights were inherited. */
  readonly ofWeights: boolean;
};

/** How edges stand to the known pairs. */
export interface Score {
  /** Of the known inherited pairs: joined by an edge; joined by a path; all. */
  readonly found: number;
  readonly joined: number;
  readonly known: number;
  /** Edges of weights on listed pairs that are not inherited. */
  readonly wrong: number;
  /** Edges, of any kind, on the explicit non-pairs. */
  readonly falseKinship: readonly string[];
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Of the found pairs with a sure direction: right, said to be unknown, wrong. */
  readonly direction: { readonly right: number; readonly untold: number; readonly wrong: number };
  readonly missed: readonly string[];
  /** Edges of weights that the truth says nothing about. */
  readonly unlisted: readonly string[];
}

export function scored(edges: readonly Edge[]): ScoredEdge[] {
  return edges.map(({ kind, from, to, evidence }) => ({
    kind,
    from,
    to,
    certainty: evidence?.direction.confidence ?? 1,
    ofWeights: evidence?.rule !== 'successor-by-name',
  }));
}

/** Scores edges, whose ends are paths, against the known pairs. */
export function scoreEdges(edges: readonly ScoredEdge[], truth: readonly KnownPair[]): Score {
  const inherited = truth.filter((pair) => pair.weights_inherited);
  const listed = new Map(truth.map((pair) => [unordered(pair.child, pair.parent), pair]));
  const ofWeights = new Map<string, ScoredEdge>();
  for (const edge of edges) {
    if (!edge.ofWeights) continue;
    const key = unordered(edge.from, edge.to);
    if (edge.kind === 'provenance' || !ofWeights.has(key)) ofWeights.set(key, edge);
  }
  const any = new Set(edges.map((edge) => unordered(edge.from, edge.to)));
  const joined = joins([...ofWeights.values()]);
  const found = inherited.filter((pair) => ofWeights.has(unordered(pair.child, pair.parent)));
  const wrong = [...ofWeights.keys()].filter((key) => listed.get(key)?.weights_inherited === false);
  const precision = found.length / Math.max(1, found.length + wrong.length);
  const recall = found.length / Math.max(1, inherited.length);
  const direction = { right: 0, untold: 0, wrong: 0 };
  for (const pair of found) {
    const edge = ofWeights.get(unordered(pair.child, pair.parent));
    if (edge === undefined || pair.direction !== 'sure') continue;
    if (edge.certainty === 0.5) direction.untold++;
    else if (edge.to === pair.child) direction.right++;
    else direction.wrong++;
  }
  return {
    found: found.length,
    joined: inherited.filter((pair) => joined(pair.child, pair.parent)).length,
    known: inherited.length,
    wrong: wrong.length,
    falseKinship: truth
      .filter((pair) => pair.relation === 'none' && any.has(unordered(pair.child, pair.parent)))
      .map((pair) => `${pair.child} – ${pair.parent}`),
    precision,
    recall,
    f1: precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0,
    direction,
    missed: inherited
      .filter((pair) => !found.includes(pair))
      .map((pair) => `${pair.child} ← ${pair.parent}`),
    unlisted: [...ofWeights.keys()].filter((key) => !listed.has(key)),
  };
}

function unordered(a: string, b: string): string {
  return a < b ? `${a} – ${b}` : `${b} – ${a}`;
}

/** Whether a path of edges joins two nodes. */
function joins(edges: readonly ScoredEdge[]): (a: string, b: string) => boolean {
  const above = new Map<string, string>();
  const top = (node: string): string => {
    const next = above.get(node);
    return next === undefined ? node : top(next);
  };
  for (const { from, to } of edges) if (top(from) !== top(to)) above.set(top(from), top(to));
  return (a, b) => top(a) === top(b);
}

/** A permutation of `items` that depends on `seed` alone. */
export function shuffled<T>(items: readonly T[], seed: number): T[] {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    const [a, b] = [result[i], result[j]];
    if (a !== undefined && b !== undefined) [result[i], result[j]] = [b, a];
  }
  return result;
}
