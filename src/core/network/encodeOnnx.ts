import type { Dtype } from '../dtype.ts';
import { utf8 } from '../utf8.ts';
import { MessageWriter } from './messageWriter.ts';
import {
  splitOp,
  type Attribute,
  type Literal,
  type Network,
  type OpNode,
  type ValueInfo,
} from './network.ts';

/** What a model file says besides its graph. */
export interface OnnxFacts {
  readonly producer?: string;
  /** `metadata_props`. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Version of the file format; 8 goes with opset 17, and is read by every runtime of today. */
  readonly irVersion?: number;
}

/**
 * A network as the bytes of an ONNX model. Tensors are raw data in the file; equal networks give
 * equal bytes.
 *
 * Source: onnx/onnx.proto (ModelProto), proto3 encoding.
 */
export function encodeOnnx(network: Network, facts: OnnxFacts = {}): Uint8Array<ArrayBuffer> {
  const to = new MessageWriter();
  to.int(1, facts.irVersion ?? 8);
  to.text(2, facts.producer ?? 'mgit-web');
  to.message(7, (graph) => {
    writeGraph(graph, network);
  });
  for (const [domain, version] of Object.entries(network.opsets))
    to.message(8, (opset) => {
      if (domain !== '') opset.text(1, domain);
      opset.int(2, version);
    });
  for (const [key, value] of Object.entries(facts.metadata ?? {}))
    to.message(14, (entry) => {
      entry.text(1, key);
      entry.text(2, value);
    });
  return to.finish();
}

function writeGraph(to: MessageWriter, network: Network): void {
  for (const node of network.nodes)
    to.message(1, (inner) => {
      writeNode(inner, node);
    });
  to.text(2, network.name === '' ? 'network' : network.name);
  for (const [name, tensor] of network.initializers)
    to.message(5, (inner) => {
      writeTensor(inner, tensor, name);
    });
  for (const value of network.inputs)
    to.message(11, (inner) => {
      writeValue(inner, value);
    });
  for (const value of network.outputs)
    to.message(12, (inner) => {
      writeValue(inner, value);
    });
}

function writeNode(to: MessageWriter, node: OpNode): void {
  const [domain, type] = splitOp(node.op);
  for (const name of node.inputs) to.text(1, name);
  for (const name of node.outputs) to.text(2, name);
  if (node.name !== '') to.text(3, node.name);
  to.text(4, type);
  for (const [name, attribute] of Object.entries(node.attributes))
    to.message(5, (inner) => {
      inner.text(1, name);
      writeAttribute(inner, attribute);
    });
  if (domain !== '') to.text(7, domain);
}

/** The value's field, then its type in field 20 (AttributeProto.AttributeType). */
function writeAttribute(to: MessageWriter, attribute: Attribute): void {
  switch (attribute.is) {
    case 'float':
      to.float(2, attribute.value);
      {
        to.int(20, 1);
        return;
      }
    case 'int':
      to.int(3, attribute.value);
      {
        to.int(20, 2);
        return;
      }
    case 'string':
      to.bytes(4, utf8(attribute.value));
      {
        to.int(20, 3);
        return;
      }
    case 'tensor':
      to.message(5, (inner) => {
        writeTensor(inner, attribute.value, '');
      });
      {
        to.int(20, 4);
        return;
      }
    case 'graph':
      to.message(6, (inner) => {
        writeGraph(inner, attribute.value);
      });
      {
        to.int(20, 5);
        return;
      }
    case 'floats':
      for (const value of attribute.value) to.float(7, value);
      {
        to.int(20, 6);
        return;
      }
    case 'ints':
      for (const value of attribute.value) to.int(8, value);
      {
        to.int(20, 7);
        return;
      }
    case 'strings':
      for (const value of attribute.value) to.bytes(9, utf8(value));
      {
        to.int(20, 8);
        return;
      }
  }
}

function writeTensor(to: MessageWriter, tensor: Literal, name: string): void {
  for (const extent of tensor.shape) to.int(1, extent);
  to.int(2, dataType(tensor.dtype));
  if (name !== '') to.text(8, name);
  to.bytes(9, tensor.bytes);
}

function writeValue(to: MessageWriter, { name, dtype, shape, unknown }: ValueInfo): void {
  to.text(1, name);
  if (unknown === 'type') return;
  to.message(2, (type) => {
    type.message(1, (tensor) => {
      tensor.int(1, dataType(dtype));
      if (unknown === 'rank') return;
      tensor.message(2, (inner) => {
        for (const extent of shape)
          inner.message(1, (dimension) => {
            if (typeof extent === 'number') dimension.int(1, extent);
            else if (extent !== '?') dimension.text(2, extent);
          });
      });
    });
  });
}

/** Source: TensorProto.DataType. */
const dataTypes: Partial<Record<Dtype, number>> = {
  f32: 1, u8: 2, i8: 3, u16: 4, i16: 5, i32: 6, i64: 7, bool: 9, f16: 10, f64: 11, u32: 12, u64: 13,
  bf16: 16, f8e4m3fn: 17, f8e4m3fnuz: 18, f8e5m2: 19, f8e5m2fnuz: 20, u4: 21, i4: 22,
}; // prettier-ignore

function dataType(dtype: Dtype): number {
  const code = dataTypes[dtype];
  if (code === undefined) throw new Error(`no ONNX data type for ${dtype}`);
  return code;
}
