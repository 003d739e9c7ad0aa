import { floatAttribute, floatOf } from '../../core/network/attributes.ts';
import { unsupported } from '../unsupported.ts';
import type { Lowering } from './lowering.ts';

/**
 * Words, places and segments looked up, added and normalised.
 *
 * Source: onnxruntime docs/ContribOperators.md, com.microsoft.EmbedLayerNormalization. The count of unmasked
 * words, its second output, is not made.
 */
export const embedLayerNormalization: Lowering = ({ b, node }) => {
  const [ids = '', segments = '', words = '', places = '', segmentTable = ''] = node.inputs;
  const [gamma = '', beta = '', , positions = ''] = node.inputs.slice(5);
  if ((node.outputs[1] ?? '') !== '' && (node.inputs[7] ?? '') !== '')
    throw unsupported(node, 'the count of unmasked words');
  const [, length = 1] = b.shape(ids);
  const own = Array.from({ length }, (_, at) => at);
  const place = positions === '' ? b.ints(own) : positions;
  let sum = b.op('Add', [b.op('Gather', [words, ids]), b.op('Gather', [places, place])]);
  if (segmentTable !== '' && segments !== '')
    sum = b.op('Add', [sum, b.op('Gather', [segmentTable, segments])]);
  const epsilon = floatAttribute(floatOf(node, 'epsilon', 1e-12));
  return [b.op('LayerNormalization', [sum, gamma, beta], { axis: -1, epsilon })];
};
