import type { OpNode } from '../core/network/network.ts';
import type { GraphBuilder } from './graphBuilder.ts';

/**
 * Operators that onnxruntime-web 1.30 runs on WebGPU as well as on wasm, as measured with one-node
 * models and the fallback to the CPU switched off.
 */
export const webGpuOperators: ReadonlySet<string> = new Set(
  `Gemm MatMul Einsum Conv ConvTranspose MaxPool AveragePool GlobalAveragePool GlobalMaxPool Resize GridSample
  DepthToSpace BatchNormalization LayerNormalization InstanceNormalization LpNormalization
  Relu LeakyRelu PRelu Elu ThresholdedRelu Clip HardSwish HardSigmoid Sigmoid Tanh Softplus Mish Gelu Erf
  Softmax Gather GatherND GatherElements ScatterND ScatterElements Where Equal Greater GreaterOrEqual Less
  LessOrEqual And Not Cast Expand Tile Transpose Reshape Flatten Squeeze Unsqueeze Concat Split Slice Pad
  Trilu Identity ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceSumSquare
  ReduceLogSumExp CumSum ArgMax ArgMin TopK Add Sub Mul Div Pow Sqrt Exp Log Abs Neg Reciprocal
  Min Max Floor Ceil Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh If LSTM GRU DequantizeLinear Shape Constant
  com.microsoft.Gelu com.microsoft.FastGelu com.microsoft.QuickGelu com.microsoft.BiasGelu
  com.microsoft.SkipLayerNormalization com.microsoft.MultiHeadAttention com.microsoft.MatMulNBits`.split(
    /\s+/,
  ),
);

const notOnI64 = new Set(['Add', 'Sub', 'Mul', 'Div', 'Equal', 'Cast']);

/** @throws Error for the first of `nodes` that is left to the CPU; those known before a run are not run. */
export function refuseOffGpu(b: GraphBuilder, nodes: readonly OpNode[], what: string): void {
  for (const node of nodes) {
    if (node.outputs.every((name) => name === '' || b.known(name).value !== undefined)) continue;
    const onI64 = node.inputs.some((name) => name !== '' && b.dtype(name) === 'i64');
    if (!webGpuOperators.has(node.op) || (onI64 && notOnI64.has(node.op)))
      throw new Error(
        `the ${what} node ${node.op}${onI64 ? ' of i64' : ''} does not run on WebGPU`,
      );
  }
}
