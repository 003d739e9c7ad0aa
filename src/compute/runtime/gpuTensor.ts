import type { Tensor } from 'onnxruntime-web/wasm';
import { tensorBytes } from '../../core/dtype.ts';
import type { Literal } from '../../core/network/network.ts';
import { dtypeOfOrt, literalOf, ortType } from './ortTensor.ts';

/** Source: WebGPU, GPUBufferUsage and GPUMapMode; TypeScript's libraries have the types only. */
const usage = { mapRead: 1, copySource: 4, copyDestination: 8, storage: 128 };
const mapRead = 1;

/** ONNX Runtime binds buffers in whole multiples of this. */
const bufferStep = 16;

/**
 * A tensor in a GPU buffer of its own, which `dispose` destroys. Work that was handed to the queue before
 * still sees it, as the WebGPU specification has it.
 */
export function gpuTensor(
  ort: { readonly Tensor: typeof Tensor },
  device: GPUDevice,
  { dtype, shape, bytes }: Literal,
): Tensor {
  const buffer = device.createBuffer({
    size: rounded(bytes.length),
    usage: usage.storage | usage.copySource | usage.copyDestination,
  });
  // Only whole words can be written: a tail of bytes is padded.
  const whole = bytes.length % 4 === 0 ? bytes : padded(bytes);
  device.queue.writeBuffer(buffer, 0, whole);
  return ort.Tensor.fromGpuBuffer(buffer, {
    dataType: ortType(dtype) as 'float32',
    dims: shape,
    dispose: () => {
      buffer.destroy();
    },
  });
}

function padded(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  whole.set(bytes);
  return whole;
}

function rounded(length: number): number {
  return Math.max(bufferStep, Math.ceil(length / bufferStep) * bufferStep);
}

/**
 * A copy of a tensor's values. Not by the tensor's own `getData`, which turns it into one in JavaScript's
 * memory, so that the next run would upload it again.
 */
export async function readGpuTensor(device: GPUDevice, tensor: Tensor): Promise<Literal> {
  if (tensor.location !== 'gpu-buffer') return literalOf(tensor);
  const dtype = dtypeOfOrt(tensor.type);
  const shape = [...tensor.dims];
  const length = tensorBytes(dtype, shape);
  const size = rounded(length);
  const staging = device.createBuffer({ size, usage: usage.copyDestination | usage.mapRead });
  try {
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(tensor.gpuBuffer, 0, staging, 0, size);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(mapRead);
    return { dtype, shape, bytes: new Uint8Array(staging.getMappedRange().slice(0, length)) };
  } finally {
    staging.destroy();
  }
}
