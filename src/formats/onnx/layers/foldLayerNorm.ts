import { elementCount } from '../../../core/dtype.ts';
import type { Origins } from './constantOrigins.ts';
import type { DraftLayer, Readers } from './draft.ts';
import type { FlatGraph, FlatOp } from './flatGraph.ts';
import { absent } from './flatGraph.ts';

/** A layer norm found in its parts; it stands at its last operator. */
export interface FoldedNorm {
  readonly layer: DraftLayer;
  /** The operators that are part of it, but for the last. */
  readonly inside: readonly FlatOp[];
}

/** What the search for a layer norm looks things up in. */
export interface NormSearch {
  readonly producers: ReadonlyMap<number, FlatOp>;
  readonly readers: Readers;
  readonly origins: Origins;
}

/** Indexes a graph for `foldLayerNorm`. */
export function normSearch(graph: FlatGraph, readers: Readers, origins: Origins): NormSearch {
  const producers = new Map(graph.ops.flatMap((op) => op.outputs.map((out) => [out, op] as const)));
  return { producers, readers, origins };
}

/**
 * The layer norm that `op` divides in, as exporters spell it out, with μ = mean x, d = x − μ and
 * s = sqrt(mean d² + ε): PyTorch's d / s · γ + β, TensorFlow's d · (1/s) · γ + β, and the latter as a
 * batch norm, x · m + (β − μ · m) with m = (1/s) · γ. β may be missing in the first two.
 *
 * Source: reference §2.2, "Normalise".
 */
export function foldLayerNorm(op: FlatOp, search: NormSearch): FoldedNorm | undefined {
  if (op.type === 'Div') {
    const spread = spreadOf(produced(search, op.inputs[1], 'Sqrt'), search);
    return spread && scaledAndShifted(op, op.inputs[0], spread, search);
  }
  if (op.type !== 'Mul') return undefined;
  for (const [index, value] of op.inputs.entries()) {
    const inverse = produced(search, value, 'Reciprocal');
    const spread = inverse && spreadOf(produced(search, inverse.inputs[0], 'Sqrt'), search);
    if (spread === undefined) continue;
    const other = op.inputs[1 - index];
    const whole = { ...spread, inside: [...spread.inside, inverse] };
    return scaledAndShifted(op, other, whole, search) ?? asBatchNorm(op, whole, search);
  }
  return undefined;
}

/** The standard deviation of a value about its mean, and the operators that make it. */
interface Spread {
  readonly input: number | undefined;
  readonly mean: FlatOp;
  readonly inside: readonly (FlatOp | undefined)[];
}

function produced(search: NormSearch, value: number | undefined, ...types: readonly string[]) {
  let op = search.producers.get(value ?? absent);
  while (op?.type === 'Cast') op = search.producers.get(op.inputs[0] ?? absent);
  return op !== undefined && types.includes(op.type) ? op : undefined;
}

function spreadOf(root: FlatOp | undefined, search: NormSearch): Spread | undefined {
  const shifted = produced(search, root?.inputs[0], 'Add');
  const averaged = shifted?.inputs.find((value) => produced(search, value, 'ReduceMean'));
  const variance = produced(search, averaged, 'ReduceMean');
  const square = produced(search, variance?.inputs[0], 'Pow', 'Mul');
  const centred = produced(search, square?.inputs[0], 'Sub');
  const mean = centred && produced(search, centred.inputs[1], 'ReduceMean');
  if (mean === undefined || mean.inputs[0] !== centred?.inputs[0]) return undefined;
  const inside = [mean, centred, square, variance, shifted, root];
  return { input: centred?.inputs[0], mean, inside };
}

function scaledAndShifted(
  normal: FlatOp,
  dividend: number | undefined,
  spread: Spread,
  search: NormSearch,
): FoldedNorm | undefined {
  const centred = produced(search, dividend, 'Sub');
  if (centred === undefined || centred.inputs[0] !== spread.input) return undefined;
  const scale = withConstant(onlyReader(normal, search), 'Mul', search);
  if (scale === undefined) return undefined;
  const shift = withConstant(onlyReader(scale.op, search), 'Add', search);
  return folded(scale, shift, shift?.op ?? scale.op, [...spread.inside, centred, normal, scale.op]);
}

function asBatchNorm(op: FlatOp, spread: Spread, search: NormSearch): FoldedNorm | undefined {
  const scale = withConstant(op, 'Mul', search);
  const [first = absent] = op.outputs;
  const products = search.readers.get(first) ?? [];
  const productOf = (value: number | undefined): FlatOp | undefined =>
    products.find((each) => each?.inputs.includes(value ?? absent));
  const ofMean = productOf(spread.mean.outputs[0]);
  const ofInput = productOf(spread.input);
  if (scale === undefined || products.length !== 2 || !ofMean || !ofInput) return undefined;
  const shift = withConstant(onlyReader(ofMean, search), 'Sub', search);
  const last = shift && onlyReader(shift.op, search);
  if (last?.type !== 'Add' || last !== onlyReader(ofInput, search)) return undefined;
  return folded(scale, shift, last, [...spread.inside, op, ofMean, ofInput, shift?.op]);
}

function onlyReader(op: FlatOp, { readers }: NormSearch): FlatOp | undefined {
  const [reader, second] = readers.get(op.outputs[0] ?? absent) ?? [];
  return second === undefined ? reader : undefined;
}

interface ConstantOperand {
  readonly op: FlatOp;
  readonly tensor: number;
  readonly shape: readonly number[];
}

/** `op` and its constant operand of two elements or more, if it has one and is of `type`. */
function withConstant(
  op: FlatOp | undefined,
  type: string,
  { origins }: NormSearch,
): ConstantOperand | undefined {
  if (op?.type !== type) return undefined;
  const constant = op.inputs.map((value) => origins.get(value)).find(Boolean);
  if (constant === undefined || constant.tensor === absent) return undefined;
  const { tensor, shape } = constant;
  return elementCount(shape) >= 2 ? { op, tensor, shape } : undefined;
}

function folded(
  scale: ConstantOperand,
  shift: ConstantOperand | undefined,
  last: FlatOp,
  parts: readonly (FlatOp | undefined)[],
): FoldedNorm {
  const parameters = [{ slot: 'scale', tensor: scale.tensor, transposed: false, learned: true }];
  if (shift !== undefined)
    parameters.push({ slot: 'bias', tensor: shift.tensor, transposed: false, learned: true });
  const inside = parts.filter((op): op is FlatOp => op !== undefined && op !== last);
  const attributes = { normalizedShape: scale.shape };
  return { layer: { op: last, kind: 'LayerNormalization', attributes, parameters }, inside };
}
