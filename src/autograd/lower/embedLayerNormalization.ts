import { floatAttribute, floatOf } from '../../core/network/attributes.ts';
import { unsupported } from '../unsupported.ts';
import type { Lowering } from './lowering.ts';

type Five = [string, string, string, string, string];

/**
 * Words, places and segments looked up, added and normalised.
 *
 * Source: onnxruntime docs/ContribOperators.md, com.microsoft.EmbedLayerNormalization. The count of unmasked
 * words, its second output, is not made.
 */
export const embedLayerNormalization: Lowering = ({ b, node }) => {
  const given = (at: number) => node.inputs[at] ?? '';
  const [ids, segments, words, places, segmentTable] = [0, 1, 2, 3, 4].map(given) as Five;
  const positions = given(8);
  if (node.outputs.slice(1).some((name) => name !== '') && given(7) !== '')
    throw unsupported(node, 'the count of unmasked words');
  const length = b.shape(ids)[1] ?? 1;
  const own = Array.from({ length }, (_, at) => at);
  const place = positions === '' ? b.ints(own) : positions;
  let sum = b.op('Add', [b.op('Gather', [words, ids]), b.op('Gather', [places, place])]);
  if (segmentTable !== '' && segments !== '')
    sum = b.op('Add', [sum, b.op('Gather', [segmentTable, segments])]);
  const epsilon = floatAttribute(floatOf(node, 'epsilon', 1e-12));
  // The gradient reads the mean and the inverse deviation.
  return b
    .ops('LayerNormalization', [sum, given(5), given(6)], { axis: -1, epsilon }, 3)
    .slice(0, 1);
};
