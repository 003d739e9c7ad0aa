import { dtypeBits } from '../dtype.ts';
import type { Fact } from '../lineage/graph.ts';
import type { ProvenanceRole } from '../lineage/provenanceRole.ts';
import type { Kinship } from './compareModels.ts';
import type { ConstructionNode } from './node.ts';

/** What a provenance edge looks like, in words, with the figures behind it. */
export interface Relation {
  readonly relation: string;
  readonly role: ProvenanceRole;
  readonly facts: readonly Fact[];
}

/** Names the relation of `child` to `parent`; `kinship` compares them in this order. */
export function relationOf(
  parent: ConstructionNode,
  child: ConstructionNode,
  kinship: Kinship,
): Relation {
  const relation = relationWord(parent, child, kinship);
  const role = relation === 'exported' ? 'exported-from' : 'base';
  return { relation, role, facts: factsOf(kinship) };
}

function relationWord(parent: ConstructionNode, child: ConstructionNode, kinship: Kinship): string {
  const change = precisionChange(parent, child, kinship);
  if (change !== undefined) return change;
  if (kinship.rule === 'copied-weights') return copyWord(parent, child, kinship);
  const [before, after] = [parent.print.statements, child.print.statements];
  const counted =
    (before.steps !== undefined && after.steps !== undefined && before.steps < after.steps) ||
    (before.epoch !== undefined && after.epoch !== undefined && before.epoch < after.epoch);
  if (moreZeros(parent, child, kinship)) return 'pruned';
  return counted ? 'continued' : 'finetuned';
}

function copyWord(parent: ConstructionNode, child: ConstructionNode, kinship: Kinship): string {
  const unlike = kinship.pairedTensors - kinship.copiedTensors;
  if (unlike > 0 && unlike > 0.05 * kinship.pairedTensors) return 'partly retrained';
  if (parent.print.format !== child.print.format) return 'exported';
  const [onlyParent, onlyChild] = kinship.unpaired;
  if (onlyParent > 0 && onlyChild === 0) return 'pruned';
  if (onlyParent > 0 || onlyChild > 0) return 'modified';
  return kinship.scaledTensors > 0 ? 'rescaled' : 'same weights';
}

function precisionChange(
  parent: ConstructionNode,
  child: ConstructionNode,
  kinship: Kinship,
): string | undefined {
  let lowered: string | undefined;
  for (const match of kinship.matches) {
    const before = parent.print.tensors[match.a]?.dtype;
    const after = child.print.tensors[match.b]?.dtype;
    if (match.is === 'unlike' || before === undefined || after === undefined) continue;
    if (dtypeBits[after] < dtypeBits[before]) lowered = after;
  }
  if (lowered === undefined) return undefined;
  return dtypeBits[lowered as keyof typeof dtypeBits] <= 8 ? 'quantised' : 'half precision';
}

function moreZeros(parent: ConstructionNode, child: ConstructionNode, kinship: Kinship): boolean {
  let [before, after, elements] = [0, 0, 0];
  for (const match of kinship.matches) {
    const [x, y] = [parent.print.tensors[match.a], child.print.tensors[match.b]];
    if (x === undefined || y === undefined) continue;
    before += x.zeros * x.elements;
    after += y.zeros * y.elements;
    elements += x.elements;
  }
  return elements > 0 && (after - before) / elements > 0.05;
}

function factsOf(kinship: Kinship): Fact[] {
  const percent = (share: number): string => `${(100 * share).toFixed(share > 0.995 ? 1 : 0)} %`;
  const smaller = Math.max(1, Math.min(...kinship.values));
  const facts: Fact[] = [];
  if (kinship.copied > 0) {
    const share = percent(Math.min(1, kinship.copied / smaller));
    facts.push({
      label: 'learned values in equal tensors',
      value: `${share} of ${smaller.toLocaleString('en')}`,
    });
  }
  facts.push({
    label: 'weight tensors equal, of those paired',
    value: `${kinship.copiedTensors} of ${kinship.pairedTensors}`,
  });
  if (kinship.scaledTensors > 0) {
    facts.push({ label: 'equal up to a scale per channel', value: String(kinship.scaledTensors) });
  }
  facts.push({ label: 'mean correlation of paired tensors', value: kinship.similarity.toFixed(3) });
  if (kinship.rule === 'near-weights' && kinship.similarity < 0.9) {
    facts.push({
      label: 'large weights kept, relative to small ones',
      value: Math.max(...kinship.tails).toFixed(2),
    });
  }
  facts.push({ label: 'distance', value: kinship.distance.toFixed(4) });
  return facts;
}
