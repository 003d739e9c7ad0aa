import { literal } from '../../../core/network/literal.ts';
import type { Literal, OpNode } from '../../../core/network/network.ts';

/**
 * What a Constant node gives. Undefined for strings, which stay a node.
 *
 * Source: onnx Operators.md, Constant-13.
 */
export function constantValue(attributes: OpNode['attributes']): Literal | undefined {
  const [attribute] = Object.values(attributes);
  switch (attribute?.is) {
    case 'tensor':
      return attribute.value;
    case 'float':
      return literal('f32', [], [attribute.value]);
    case 'int':
      return literal('i64', [], [attribute.value]);
    case 'floats':
      return literal('f32', [attribute.value.length], attribute.value);
    case 'ints':
      return literal('i64', [attribute.value.length], attribute.value);
    case 'string':
    case 'strings':
    case 'graph':
    case undefined:
      return undefined;
  }
}
