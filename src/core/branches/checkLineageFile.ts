import type { LineageFile } from '../branchViews.ts';
import type { NodeId } from '../ids.ts';
import { checkedName } from '../lineage/editLineage.ts';
import type { Edge, ModelNode } from '../lineage/graph.ts';
import { edgeKey } from '../lineage/lineage.ts';
import { isLineageError, LineageError } from '../lineageError.ts';
import { isListOf, isNumber, isOneOf, isPlain, isShape } from './checks.ts';
import {
  branchCheck,
  contentCheck,
  datasetCheck,
  edgeCheck,
  nodeCheck,
  rejectionCheck,
  testCheck,
} from './recordChecks.ts';

const fileCheck = isShape({
  format: isOneOf('mgit-lineage'),
  version: isOneOf(1),
  exportedAt: isNumber,
  nodes: isListOf(nodeCheck),
  edges: isListOf(edgeCheck),
  rejections: isListOf(rejectionCheck),
  datasets: isListOf(datasetCheck),
  tests: isListOf(testCheck),
  branches: isListOf(branchCheck),
  content: isListOf(contentCheck),
});

/**
 * What a foreign `lineage.json` says, once it is sure to be a lineage: every value of its type, names and
 * ids unique, every edge and branch at a model that is there, no circle, at most two versions before one.
 *
 * @param value - as `JSON.parse` gives it.
 * @param source - name of the file, for errors.
 * @throws LineageError `lineage-file-invalid` with what is wrong, and where.
 */
export function checkLineageFile(value: unknown, source: string): LineageFile {
  const fail = (reason: string) =>
    new LineageError('lineage-file-invalid', { file: source, reason: `lineage.json${reason}` });
  const wrong = isPlain(value) ?? fileCheck(value);
  if (wrong !== undefined) throw fail(wrong);
  const file = value as LineageFile;
  const broken =
    repeated('models', file.nodes) ??
    repeated('data sets', file.datasets) ??
    repeated('tests', file.tests) ??
    repeatedKey('branches are named', file.branches.map(({ name }) => name)) ??
    repeatedKey('contents are of', file.content.map(({ snapshot }) => snapshot)) ??
    badName([...file.nodes, ...file.datasets, ...file.tests, ...file.branches]) ??
    strayEnds(file) ??
    badEdges(file); // prettier-ignore
  if (broken !== undefined) throw fail(`: ${broken}`);
  return file;
}

function repeated(
  what: string,
  records: readonly { readonly id: string; readonly name: string }[],
): string | undefined {
  return (
    repeatedKey(`${what} have the id`, records.map(({ id }) => id)) ??
    repeatedKey(`${what} are named`, records.map(({ name }) => name))
  ); // prettier-ignore
}

function repeatedKey(what: string, keys: readonly string[]): string | undefined {
  const seen = new Set<string>();
  for (const key of keys) {
    if (seen.has(key)) return `two ${what} ${key}`;
    seen.add(key);
  }
  return undefined;
}

/** Names are shown in lines and typed: as strict here as where a person writes one. */
function badName(records: readonly { readonly name: string }[]): string | undefined {
  for (const { name } of records)
    try {
      if (checkedName(name) !== name) return `the name ${JSON.stringify(name)} begins or ends with a space`; // prettier-ignore
    } catch (error) {
      if (!isLineageError(error, 'name-invalid')) throw error;
      return `the name ${JSON.stringify(name.slice(0, 80))} cannot be: ${error.data.reason}`;
    }
  return undefined;
}

function strayEnds(file: LineageFile): string | undefined {
  const ids = new Set(file.nodes.map(({ id }) => id));
  for (const { kind, from, to } of file.edges)
    for (const end of [from, to])
      if (!ids.has(end)) return `a ${kind} edge ends at ${end}, which is no model of it`;
  for (const { a, b } of file.rejections)
    for (const end of [a, b])
      if (!ids.has(end)) return `a rejected pair names ${end}, which is no model of it`;
  for (const { name, head } of file.branches)
    if (!ids.has(head)) return `the branch ${name} points at ${head}, which is no model of it`;
  return undefined;
}

/** Edges that come twice, a third version before one, a circle. */
function badEdges({ nodes, edges }: LineageFile): string | undefined {
  const twice = repeatedKey(
    'edges are',
    edges.map(({ kind, from, to }) => edgeKey(kind, from, to)),
  );
  if (twice !== undefined) return twice;
  const names = new Map(nodes.map(({ id, name }) => [id, name]));
  const versions = new Map<NodeId, number>();
  for (const { kind, to } of edges)
    if (kind === 'version') versions.set(to, (versions.get(to) ?? 0) + 1);
  for (const [id, count] of versions)
    if (count > 2)
      return `${names.get(id) ?? id} has ${count} versions before it: two are the most`;
  const stuck = onCircle(nodes, edges);
  return stuck === undefined ? undefined : `its edges go in a circle through ${stuck.name}`;
}

/**
 * A model that edges lead back to, or that is below such a one.
 *
 * Source: topological order after Kahn, CACM 5(11), 1962.
 */
function onCircle(nodes: readonly ModelNode[], edges: readonly Edge[]): ModelNode | undefined {
  const above = new Map(nodes.map(({ id }) => [id, 0]));
  const below = new Map(nodes.map(({ id }): [NodeId, NodeId[]] => [id, []]));
  for (const { from, to } of edges) {
    above.set(to, (above.get(to) ?? 0) + 1);
    below.get(from)?.push(to);
  }
  const free = nodes.filter(({ id }) => above.get(id) === 0).map(({ id }) => id);
  // Grows while it is walked: what no edge holds back any more is free.
  for (const id of free)
    for (const child of below.get(id) ?? []) {
      const left = (above.get(child) ?? 0) - 1;
      above.set(child, left);
      if (left === 0) free.push(child);
    }
  return nodes.find(({ id }) => (above.get(id) ?? 0) > 0);
}
