import type { NodeId } from '../ids.ts';
import { LineageError } from '../lineageError.ts';
import type { Edge, EdgeKind, ModelNode, Rejection } from './graph.ts';
import { edgeKey, rejectionKey, type Lineage } from './lineage.ts';
import type { Change, OperationKind } from './operation.ts';

/** An operation without its id and time: what a command wants done to the lineage as it is now. */
export interface Draft {
  readonly kind: OperationKind;
  readonly title: string;
  readonly changes: readonly Change[];
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** The longest name of a model, in characters: names are shown in one line and used as file names. */
export const longestName = 200;

/** @throws LineageError `node-missing`, `name-invalid`, `name-taken`. */
export function renameNode(lineage: Lineage, id: NodeId, name: string): Draft {
  const node = nodeOf(lineage, id);
  const wanted = checkedName(name);
  if (lineage.names.has(wanted) && lineage.names.get(wanted) !== id)
    throw new LineageError('name-taken', { name: wanted });
  return {
    kind: 'rename',
    title: `Renamed ${node.name} to ${wanted}`,
    changes: replaced(node, { ...node, name: wanted }),
  };
}

/** @throws LineageError `node-missing`. */
export function annotateNode(lineage: Lineage, id: NodeId, notes: string): Draft {
  const node = nodeOf(lineage, id);
  return {
    kind: 'annotate',
    title: `Edited the notes of ${node.name}`,
    changes: replaced(node, { ...node, notes }),
  };
}

/** Adds and removes tags, keeping them sorted and each once. @throws LineageError `node-missing`. */
export function tagNodes(
  lineage: Lineage,
  ids: readonly NodeId[],
  add: readonly string[],
  remove: readonly string[],
): Draft {
  const wanted = add.map((tag) => tag.trim()).filter((tag) => tag !== '');
  return {
    kind: 'tag',
    title: `Tagged ${subject(lineage, ids)}: ${[...wanted.map((t) => `+${t}`), ...remove.map((t) => `−${t}`)].join(' ')}`,
    changes: ids.flatMap((id) => {
      const node = nodeOf(lineage, id);
      const tags = new Set([...node.tags, ...wanted].filter((tag) => !remove.includes(tag)));
      return replaced(node, { ...node, tags: [...tags].sort() });
    }),
  };
}

/** @throws LineageError `node-missing`. */
export function setModelType(
  lineage: Lineage,
  ids: readonly NodeId[],
  modelType: string | undefined,
): Draft {
  return {
    kind: 'set-type',
    title: `${modelType === undefined ? 'Cleared the type' : `Set the type ${modelType}`} of ${subject(lineage, ids)}`,
    changes: ids.flatMap((id) => {
      const node = nodeOf(lineage, id);
      const after: Mutable<ModelNode> = { ...node };
      if (modelType === undefined) delete after.modelType;
      else after.modelType = modelType;
      return replaced(node, after);
    }),
  };
}

/** Adds an edge. A rejection of the pair is withdrawn: a person who connects two models knows. */
export function connectNodes(lineage: Lineage, edge: Edge): Draft {
  const [from, to] = [nodeOf(lineage, edge.from), nodeOf(lineage, edge.to)];
  const existing = lineage.edges.get(edgeKey(edge.kind, edge.from, edge.to));
  if (existing !== undefined)
    throw new LineageError('edge-exists', { kind: edge.kind, from: edge.from, to: edge.to });
  const rejection = lineage.rejections.get(
    rejectionKey({ kind: edge.kind, a: edge.from, b: edge.to }),
  );
  return {
    kind: 'connect',
    title: `Connected ${from.name} → ${to.name} (${edge.kind})`,
    changes: [
      ...(rejection ? [{ of: 'rejection', before: rejection } as const] : []),
      { of: 'edge', after: edge },
    ],
  };
}

/** @throws LineageError `edge-missing`. */
export function disconnectNodes(lineage: Lineage, kind: EdgeKind, from: NodeId, to: NodeId): Draft {
  const edge = edgeOf(lineage, kind, from, to);
  return {
    kind: 'disconnect',
    title: `Disconnected ${label(lineage, edge)}`,
    changes: [{ of: 'edge', before: edge }],
  };
}

/** Makes an inferred edge declared; its evidence stays. @throws LineageError `edge-missing`. */
export function confirmEdge(lineage: Lineage, kind: EdgeKind, from: NodeId, to: NodeId): Draft {
  const edge = edgeOf(lineage, kind, from, to);
  return {
    kind: 'confirm',
    title: `Confirmed ${label(lineage, edge)}`,
    changes: [{ of: 'edge', before: edge, after: { ...edge, grade: 'declared' } }],
  };
}

/** Turns an edge round, as declared. @throws LineageError `edge-missing`, `edge-exists`. */
export function reverseEdge(lineage: Lineage, kind: EdgeKind, from: NodeId, to: NodeId): Draft {
  const edge = edgeOf(lineage, kind, from, to);
  if (lineage.edges.has(edgeKey(kind, to, from)))
    throw new LineageError('edge-exists', { kind, from: to, to: from });
  return {
    kind: 'reverse',
    title: `Turned round ${label(lineage, edge)}`,
    changes: [
      { of: 'edge', before: edge },
      { of: 'edge', after: { ...edge, from: to, to: from, grade: 'declared' } },
    ],
  };
}

/** Removes an edge and remembers that the pair is not related. @throws LineageError `edge-missing`. */
export function rejectEdge(lineage: Lineage, kind: EdgeKind, from: NodeId, to: NodeId): Draft {
  const edge = edgeOf(lineage, kind, from, to);
  const rejection: Rejection = { kind, a: from, b: to };
  const known = lineage.rejections.has(rejectionKey(rejection));
  return {
    kind: 'reject',
    title: `Rejected ${label(lineage, edge)}`,
    changes: [
      { of: 'edge', before: edge },
      ...(known ? [] : [{ of: 'rejection', after: rejection } as const]),
    ],
  };
}

/** @throws LineageError `node-missing`. */
export function nodeOf(lineage: Lineage, id: NodeId): ModelNode {
  const node = lineage.nodes.get(id);
  if (node === undefined) throw new LineageError('node-missing', { node: id });
  return node;
}

/** A name as it is stored: trimmed. @throws LineageError `name-invalid`. */
export function checkedName(name: string): string {
  const trimmed = name.trim();
  const reason =
    trimmed === ''
      ? 'it is empty'
      : trimmed.length > longestName
        ? `it is longer than ${longestName} characters`
        : hasControl(trimmed)
          ? 'it has control characters'
          : undefined;
  if (reason !== undefined) throw new LineageError('name-invalid', { name, reason });
  return trimmed;
}

/** `name`, or `name (2)`, `name (3)`, … : the first that neither the lineage nor `taken` has. */
export function freeName(lineage: Lineage, name: string, taken: ReadonlySet<string>): string {
  const isFree = (candidate: string) => !lineage.names.has(candidate) && !taken.has(candidate);
  if (isFree(name)) return name;
  let number = 2;
  while (!isFree(`${name} (${number})`)) number++;
  return `${name} (${number})`;
}

function hasControl(text: string): boolean {
  return Array.from(text, (character) => character.codePointAt(0) ?? 0).some(
    (code) => code < 32 || code === 127,
  );
}

function edgeOf(lineage: Lineage, kind: EdgeKind, from: NodeId, to: NodeId): Edge {
  const edge = lineage.edges.get(edgeKey(kind, from, to));
  if (edge === undefined) throw new LineageError('edge-missing', { kind, from, to });
  return edge;
}

function replaced(before: ModelNode, after: ModelNode): Change[] {
  return [{ of: 'node', before, after }];
}

function label(lineage: Lineage, { kind, from, to }: Edge): string {
  const name = (id: NodeId) => lineage.nodes.get(id)?.name ?? id;
  return `${name(from)} → ${name(to)} (${kind})`;
}

function subject(lineage: Lineage, ids: readonly NodeId[]): string {
  const [first] = ids;
  if (ids.length === 1 && first !== undefined) return nodeOf(lineage, first).name;
  return `${ids.length} models`;
}
