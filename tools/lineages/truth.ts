import type { Lineage } from '../../src/core/lineage/lineage.ts';
import type { Json } from '../../src/core/recipe/recipe.ts';

/** A model as it is known to be before it is built. */
export interface TruthNode {
  /** Unique in the graph. */
  readonly name: string;
  /** What it was made from, by name. */
  readonly from: readonly string[];
  /** The model whose next revision it is. */
  readonly revises?: string;
  /** What else a test may ask for: task, perturbations, share of zeros, whether it is poisoned. */
  readonly facts: Readonly<Record<string, Json>>;
}

/** A graph as it is known to be: what inference, tests and bisect are scored against. */
export interface Truth {
  readonly graph: string;
  readonly about: string;
  readonly nodes: readonly TruthNode[];
  /** Where a search through the graph is to end. */
  readonly bisect?: BisectTruth;
}

/** A model that is good, one that is bad, and which of those between brought it in. */
export interface BisectTruth {
  readonly good: string;
  readonly bad: string;
  readonly culprit: string;
  /** The score of `lineage.json` to ask for, and the highest that is good. */
  readonly score: string;
  readonly highestGood: number;
}

export interface TruthEdge {
  readonly kind: 'provenance' | 'version';
  readonly from: string;
  readonly to: string;
}

export interface Counts {
  readonly nodes: number;
  readonly provenance: number;
  readonly version: number;
}

export function truthEdges({ nodes }: Truth): readonly TruthEdge[] {
  return nodes.flatMap(({ name, from, revises }): TruthEdge[] => [
    ...from.map((parent) => ({ kind: 'provenance', from: parent, to: name }) as const),
    ...(revises === undefined ? [] : [{ kind: 'version', from: revises, to: name } as const]),
  ]);
}

export function countsOf(truth: Truth): Counts {
  const edges = truthEdges(truth);
  const ofKind = (wanted: TruthEdge['kind']): number =>
    edges.filter(({ kind }) => kind === wanted).length;
  return {
    nodes: truth.nodes.length,
    provenance: ofKind('provenance'),
    version: ofKind('version'),
  };
}

/** The edges of a lineage by the names of its models. */
export function namedEdges({ nodes, edges }: Lineage): readonly TruthEdge[] {
  return [...edges.values()].map(({ kind, from, to }) => ({
    kind,
    from: nodes.get(from)?.name ?? '',
    to: nodes.get(to)?.name ?? '',
  }));
}

/**
 * Makes sure that a lineage is the graph it was meant to be: the same models, the same edges, a recipe on
 * every model that has a parent.
 *
 * @throws Error naming what is missing or too much.
 */
export function checkLineage(truth: Truth, lineage: Lineage): void {
  const built = [...lineage.nodes.values()];
  compareNames('models', new Set(truth.nodes.map(({ name }) => name)), new Set(built.map(({ name }) => name))); // prettier-ignore
  const words = ({ kind, from, to }: TruthEdge): string => `${kind} ${from} → ${to}`;
  compareNames('edges', new Set(truthEdges(truth).map(words)), new Set(namedEdges(lineage).map(words))); // prettier-ignore
  const recipes = new Map(built.map(({ name, recipe }) => [name, recipe]));
  for (const { name, from } of truth.nodes)
    if (from.length > 0 !== (recipes.get(name) !== undefined))
      throw new Error(`${name} has ${from.length} parents, and its recipe does not fit that`);
}

function compareNames(what: string, wanted: ReadonlySet<string>, built: ReadonlySet<string>): void {
  const missing = [...wanted].filter((name) => !built.has(name));
  const extra = [...built].filter((name) => !wanted.has(name));
  if (missing.length + extra.length > 0)
    throw new Error(`${what} missing: ${missing.join('; ')}. Too much: ${extra.join('; ')}.`);
}

/**
 * Makes sure that a search finds the culprit: of the models that the bad one is made of and the good one is
 * not, only the culprit and what is made from it are bad.
 *
 * @param scores - by model, then by name of the score.
 * @throws Error naming the models that are otherwise.
 */
export function checkBisect(
  truth: Truth,
  scores: ReadonlyMap<string, Readonly<Record<string, number>>>,
): void {
  const { bisect } = truth;
  if (bisect === undefined) return;
  const { good, bad, culprit, score, highestGood } = bisect;
  const ancestors = new Map<string, ReadonlySet<string>>();
  // Parents come before their children.
  for (const { name, from } of truth.nodes)
    ancestors.set(
      name,
      new Set([name, ...from.flatMap((each) => [...(ancestors.get(each) ?? [])])]),
    );
  const above = (name: string): ReadonlySet<string> => ancestors.get(name) ?? new Set();
  const known = above(good);
  const wrong = [...above(bad)].filter((name) => {
    if (known.has(name) && name !== good) return false;
    const isBad = (scores.get(name)?.[score] ?? NaN) > highestGood;
    return isBad !== above(name).has(culprit);
  });
  if (wrong.length > 0) throw new Error(`${score} is not as it should be of ${wrong.join(', ')}`);
}
