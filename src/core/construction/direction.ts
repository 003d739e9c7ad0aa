import { dtypeBits } from '../dtype.ts';
import type { Kinship } from './compareModels.ts';
import { informativeTensors, type TensorMatch } from './matchTensors.ts';
import { namedAfter, nameOrder, type OrderKind } from './names.ts';
import type { ConstructionNode } from './node.ts';
import type { ModelFingerprint } from './types.ts';

/** One sign of which of two models came first. */
export interface DirectionSign {
  /** Log-odds that the first came before the second. */
  readonly odds: number;
  readonly because: string;
}

/** Which of two related models came first. */
export interface Direction {
  /** That the first came before the second, 0 to 1; 0.5 where nothing tells. */
  readonly confidence: number;
  readonly because: string;
  readonly signs: readonly DirectionSign[];
}

/** Below this log-odds the order is not known. */
const toldOdds = 0.6;
/** Files written in one go, as by a fresh clone, say nothing by their times. */
const leastMsApart = 60_000;

const nameOdds: Readonly<Record<OrderKind, number>> = {
  epoch: 4,
  version: 3,
  date: 3,
  number: 0.5,
};

/** Weighs all signs of which of `a` and `b` was there first. */
export function directionOf(
  a: ConstructionNode,
  b: ConstructionNode,
  kinship: Kinship,
  timesTell: boolean,
): Direction {
  const signs = [
    ...contentSigns(a.print, b.print, kinship),
    ...statedSigns(a.print, b.print, kinship),
    ...nameSigns(a, b),
    ...(timesTell ? timeSigns(a, b) : []),
    ...driftSigns(a.print, b.print, kinship),
  ];
  const odds = signs.reduce((total, sign) => total + sign.odds, 0);
  if (Math.abs(odds) < toldOdds) {
    return { confidence: 0.5, because: 'nothing in the files tells which came first', signs };
  }
  const agreeing = signs
    .filter((sign) => Math.sign(sign.odds) === Math.sign(odds))
    .sort((p, q) => Math.abs(q.odds) - Math.abs(p.odds));
  const because = agreeing
    .slice(0, 2)
    .map((sign) => sign.because)
    .join('; ');
  return { confidence: 1 / (1 + Math.exp(-odds)), because, signs };
}

/** Signs from what was done to the weights: each of these operations goes one way only. */
function contentSigns(a: ModelFingerprint, b: ModelFingerprint, kinship: Kinship): DirectionSign[] {
  const signs: DirectionSign[] = [];
  const precision = meanBits(a, kinship, 'a') - meanBits(b, kinship, 'b');
  if (precision !== 0) signs.push(sign(5, precision > 0, 'the child has the lower precision'));
  const sparser = meanZeros(b, kinship, 'b') - meanZeros(a, kinship, 'a');
  if (Math.abs(sparser) > 0.05) signs.push(sign(4, sparser > 0, 'the child has more zeros'));
  if (kinship.rule === 'copied-weights') signs.push(...copySigns(a, b, kinship, precision));
  if (a.statements.optimizer !== b.statements.optimizer && kinship.distance < 0.02) {
    signs.push(sign(1.5, a.statements.optimizer, 'the parent still has its optimiser state'));
  }
  return signs;
}

function copySigns(
  a: ModelFingerprint,
  b: ModelFingerprint,
  kinship: Kinship,
  precision: number,
): DirectionSign[] {
  const signs: DirectionSign[] = [];
  const [exportA, exportB] = [a.format === 'onnx', b.format === 'onnx'];
  // Precision once lost does not come back: where it differs, the format says nothing against it.
  if (exportA !== exportB && precision === 0) {
    signs.push(sign(4, exportB, 'ONNX is exported from a checkpoint'));
  }
  const [onlyA, onlyB] = kinship.unpaired;
  if ((onlyA === 0) !== (onlyB === 0)) {
    signs.push(sign(1.5, onlyB === 0, 'the child holds a part of the parent'));
  }
  return signs;
}

/** Log-odds of `size`, for the first as the parent if `first`. */
function sign(size: number, first: boolean, because: string): DirectionSign {
  return { odds: first ? size : -size, because };
}

/** Signs from figures the files state: epochs and counted batches. */
function statedSigns(a: ModelFingerprint, b: ModelFingerprint, kinship: Kinship): DirectionSign[] {
  for (const [key, word] of [
    ['epoch', 'epochs'],
    ['steps', 'training steps'],
  ] as const) {
    const [first, second] = [a.statements[key], b.statements[key]];
    if (first === undefined || second === undefined || first === second) continue;
    const odds = kinship.rule === 'near-weights' ? 4 : 2;
    const because = `the child counts more ${word} (${Math.min(first, second)} → ${Math.max(first, second)})`;
    return [{ odds: first < second ? odds : -odds, because }];
  }
  return [];
}

function nameSigns(a: ConstructionNode, b: ConstructionNode): DirectionSign[] {
  const signs: DirectionSign[] = [];
  if (namedAfter(b.name, a.name))
    signs.push({ odds: 2.5, because: 'the child is named after the parent' });
  if (namedAfter(a.name, b.name))
    signs.push({ odds: -2.5, because: 'the child is named after the parent' });
  const order = nameOrder(a.name, b.name);
  if (order !== undefined && order.sign !== 0) {
    const odds = nameOdds[order.kind];
    signs.push({ odds: order.sign < 0 ? odds : -odds, because: `the ${order.kind} in the names` });
  }
  return signs;
}

function timeSigns(a: ConstructionNode, b: ConstructionNode): DirectionSign[] {
  if (a.modifiedAt === undefined || b.modifiedAt === undefined) return [];
  const apart = b.modifiedAt - a.modifiedAt;
  if (Math.abs(apart) < leastMsApart) return [];
  return [{ odds: apart > 0 ? 1 : -1, because: 'the parent’s file is older' }];
}

/**
 * Signs from the drift of training. A child is its parent, shrunk evenly, plus something of its own:
 * its regression on the parent is straight. The regression of the parent on the child is not, as the
 * child's largest weights are partly its own. Training also makes the tails of weights heavier.
 */
function driftSigns(a: ModelFingerprint, b: ModelFingerprint, kinship: Kinship): DirectionSign[] {
  if (kinship.rule !== 'near-weights' || kinship.distance < 1e-4) return [];
  const signs: DirectionSign[] = [];
  const straight = Math.abs(Math.log(kinship.tails[1])) - Math.abs(Math.log(kinship.tails[0]));
  if (Number.isFinite(straight) && Math.abs(straight) > 0.03) {
    const odds = Math.max(-1, Math.min(1, straight * 10));
    signs.push({ odds, because: 'large weights carry over as parent to child' });
  }
  const heavier = kinship.matches.flatMap((match) => heavierTail(a, b, match));
  const balance = heavier.reduce((sum, one) => sum + one, 0);
  if (heavier.length >= 3 && Math.abs(balance) > 2 * Math.sqrt(heavier.length)) {
    signs.push(sign(0.7, balance > 0, 'training made the child’s weights heavier-tailed'));
  }
  return signs;
}

/** 1 if the second tensor of a near pair has the heavier tails, −1 if the first; none if small. */
function heavierTail(a: ModelFingerprint, b: ModelFingerprint, match: TensorMatch): number[] {
  const [x, y] = [a.tensors[match.a], b.tensors[match.b]];
  if (x === undefined || y === undefined || x.elements < 256 || match.is !== 'near') return [];
  return [Math.sign(y.kurtosis - x.kurtosis)];
}

function meanBits(model: ModelFingerprint, kinship: Kinship, side: 'a' | 'b'): number {
  return meanOver(model, kinship, side, (index) => {
    const print = model.tensors[index];
    return print ? dtypeBits[print.dtype] : 0;
  });
}

function meanZeros(model: ModelFingerprint, kinship: Kinship, side: 'a' | 'b'): number {
  // Quantisation rounds small weights to zero: only tensors of one precision are compared.
  return meanOver(model, kinship, side, (index) => {
    const print = model.tensors[index];
    return print === undefined || dtypeBits[print.dtype] < 16 ? 0 : print.zeros;
  });
}

function meanOver(
  model: ModelFingerprint,
  kinship: Kinship,
  side: 'a' | 'b',
  valueOf: (index: number) => number,
): number {
  let total = 0;
  let weight = 0;
  for (const match of kinship.matches) {
    if (match.is === 'unlike') continue;
    const elements = model.tensors[match[side]]?.elements ?? 0;
    total += elements * valueOf(match[side]);
    weight += elements;
  }
  return weight > 0 ? total / weight : informativeTensors(model).length > 0 ? 32 : 0;
}
