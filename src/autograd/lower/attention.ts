import { floatOf, intOf, intsOf } from '../../core/network/attributes.ts';
import { reshapeTo } from '../gradients/reshaping.ts';
import type { GraphBuilder } from '../graphBuilder.ts';
import { unsupported } from '../unsupported.ts';
import { attend, headsApart, headsJoined, paddingScores } from './attend.ts';
import { embedLayerNormalization } from './embedLayerNormalization.ts';
import type { Lowering, LoweringContext } from './lowering.ts';
import { rotaryEmbedding } from './rotaryEmbedding.ts';

/**
 * Attention, from fused operators to products and a softmax; caches of earlier keys are refused.
 *
 * Source: ONNX Attention-23; onnxruntime docs/ContribOperators.md for those of com.microsoft.
 */
export const attentionLowerings: Readonly<Record<string, Lowering>> = {
  'com.microsoft.MultiHeadAttention': multiHeadAttention,
  'com.microsoft.Attention': packedAttention,
  Attention: attention,
  RotaryEmbedding: rotaryEmbedding({ cos: 1, sin: 2, positions: 3 }),
  'com.microsoft.RotaryEmbedding': rotaryEmbedding({ positions: 1, cos: 2, sin: 3 }),
  'com.microsoft.EmbedLayerNormalization': embedLayerNormalization,
};

type Six = readonly [string, string, string, string, string, string];

/** The first six inputs; `''` for those left out. */
function sixInputs({ node }: LoweringContext): Six {
  const [a = '', b = '', c = '', d = '', e = '', f = ''] = node.inputs;
  return [a, b, c, d, e, f];
}

function refuseInputs({ node }: LoweringContext, from: number, what: string): void {
  if (node.inputs.slice(from).some((name) => name !== ''))
    throw unsupported(node, `${what} among its inputs`);
}

function refuseCaches({ node }: LoweringContext): void {
  if (node.outputs.slice(1).some((name) => name !== ''))
    throw unsupported(node, 'keys and values among its outputs');
}

function multiHeadAttention(context: LoweringContext): readonly string[] {
  const { b, node } = context;
  const [query, key, value, bias, mask, added] = sixInputs(context);
  refuseInputs(context, 6, 'earlier keys');
  refuseCaches(context);
  if (key === '' || value === '' || b.shape(key).length !== 3)
    throw unsupported(node, 'queries, keys and values in one input');
  const widths = [query, key, value].map((name) => b.shape(name)[2] ?? 1);
  const biases = bias === '' ? [] : b.ops('Split', [bias, b.ints(widths)], { axis: 0 }, 3);
  const heads = intOf(node, 'num_heads', 1);
  const apart = (name: string, at: number) =>
    headsApart(b, biases[at] === undefined ? name : b.op('Add', [name, biases[at]]), heads);
  const [q, k, v] = [apart(query, 0), apart(key, 1), apart(value, 2)];
  return [headsJoined(b, attend(b, [q, k, v], sharedOptions(context, q, mask, added)))];
}

function sharedOptions(
  { b, node }: LoweringContext,
  query: string,
  mask: string,
  added: string,
): Parameters<typeof attend>[2] {
  if (mask !== '' && b.shape(mask).length !== 2)
    throw unsupported(node, 'a mask that is not [batch, keys]');
  const hidden = floatOf(node, 'mask_filter_value', -10_000);
  const width = b.shape(query)[3] ?? 1;
  return {
    // 0 stands for the usual scale.
    scale: floatOf(node, 'scale', 0) || 1 / Math.sqrt(width),
    added: [
      ...(mask === '' ? [] : [paddingScores(b, mask, hidden)]),
      ...(added === '' ? [] : [added]),
    ],
    causal: intOf(node, 'unidirectional', 0) !== 0,
  };
}

/** One product makes queries, keys and values. */
function packedAttention(context: LoweringContext): readonly string[] {
  const { b, node } = context;
  const [input, weights, bias, mask, past, added] = sixInputs(context);
  if (past !== '') throw unsupported(node, 'earlier keys among its inputs');
  refuseCaches(context);
  const [batch = 1, length = 1, features = 1] = b.shape(input);
  const total = b.shape(weights)[1] ?? 3;
  const sizes = intsOf(node, 'qkv_hidden_sizes') ?? [total / 3, total / 3, total / 3];
  const rows = reshapeTo(b, input, [batch * length, features]);
  const product = b.op('Gemm', bias === '' ? [rows, weights] : [rows, weights, bias]);
  const parts = b.ops('Split', [product, b.ints(sizes)], { axis: 1 }, 3);
  const heads = intOf(node, 'num_heads', 1);
  const apart = (at: number) =>
    headsApart(b, reshapeTo(b, parts[at] ?? '', [batch, length, sizes[at] ?? 1]), heads);
  const [q, k, v] = [apart(0), apart(1), apart(2)];
  return [headsJoined(b, attend(b, [q, k, v], sharedOptions(context, q, mask, added)))];
}

/** Source: ONNX Attention-23. Three axes are [batch, length, heads · width], four have heads apart. */
function attention(context: LoweringContext): readonly string[] {
  const { b, node } = context;
  const [query, key, value, mask] = sixInputs(context);
  refuseInputs(context, 4, 'earlier keys');
  refuseCaches(context);
  if (floatOf(node, 'softcap', 0) !== 0) throw unsupported(node, 'a bound of the scores (softcap)');
  const flat = b.shape(query).length === 3;
  const heads = flat ? intOf(node, 'q_num_heads', 1) : (b.shape(query)[1] ?? 1);
  const apart = (name: string, count: number) => (flat ? headsApart(b, name, count) : name);
  const q = apart(query, heads);
  const keyHeads = intOf(node, 'kv_num_heads', heads);
  const [k = '', v = ''] = [key, value].map((name) => repeatHeads(b, apart(name, keyHeads), heads));
  const made = attend(b, [q, k, v], {
    scale: floatOf(node, 'scale', 0) || 1 / Math.sqrt(b.shape(q)[3] ?? 1),
    added: mask === '' ? [] : [maskScores(b, mask)],
    causal: intOf(node, 'is_causal', 0) !== 0,
  });
  return [flat ? headsJoined(b, made) : made];
}

/** A mask of truths hides where it is false; another is added. */
function maskScores(b: GraphBuilder, mask: string): string {
  if (b.dtype(mask) !== 'bool') return mask;
  return b.op('Where', [mask, b.scalar(0), b.scalar(-1e9)]);
}

/** Keys or values that several heads share. */
function repeatHeads(b: GraphBuilder, value: string, heads: number): string {
  const [batch = 1, own = 1, length = 1, width = 1] = b.shape(value);
  if (own === heads) return value;
  const apart = reshapeTo(b, value, [batch, own, 1, length, width]);
  const wide = b.op('Expand', [apart, b.ints([batch, own, heads / own, length, width])]);
  return reshapeTo(b, wide, [batch, heads, length, width]);
}
