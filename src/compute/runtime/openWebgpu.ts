import { LineageError } from '../../core/lineageError.ts';
import { OrtRuntime } from './ortRuntime.ts';
import { gpuTensor, readGpuTensor } from './gpuTensor.ts';
import type { Runtime } from './runtime.ts';

/**
 * ONNX Runtime on WebGPU, on a device of our own, so that a lost one can be followed by another. Loads the
 * module (27 MB) with the first call and not before.
 *
 * @throws LineageError `device-unavailable` where the browser gives no adapter or no device.
 */
export async function openWebgpu(): Promise<Runtime> {
  const device = await requestDevice();
  const ort = await import('onnxruntime-web/webgpu');
  ort.env.wasm.proxy = false;
  ort.env.wasm.numThreads = 1;
  return new OrtRuntime(ort, {
    facts: {
      backend: 'webgpu',
      adapter: adapterName(device.adapterInfo),
      f16: device.features.has('shader-f16'),
    },
    options: (network, use) => ({
      // Not NHWC: that layout computes convolutions of 6 to 4n channels wrongly (runtime 1.30).
      executionProviders: [{ name: 'webgpu', preferredLayout: 'NCHW', device } as never],
      ...(use === 'training'
        ? {
            preferredOutputLocation: Object.fromEntries(
              network.outputs.map(({ name }) => [name, 'gpu-buffer'] as const),
            ),
            extra: { session: { disable_cpu_ep_fallback: '1' } },
          }
        : {}),
    }),
    upload: (tensor) => gpuTensor(ort, device, tensor),
    read: (tensor) => readGpuTensor(device, tensor),
    lost: device.lost.then(({ reason, message }) => (message === '' ? reason : message)),
    close: () => {
      device.destroy();
    },
  });
}

/** The best adapter's device, with all the room and the half precision that it has. */
export async function requestDevice(): Promise<GPUDevice> {
  const adapter = await requestAdapter();
  const { limits } = adapter;
  const features: GPUFeatureName[] = ['shader-f16', 'subgroups'];
  try {
    return await adapter.requestDevice({
      requiredFeatures: features.filter((feature) => adapter.features.has(feature)),
      // What ONNX Runtime asks for itself, so that a model that fits there fits here.
      requiredLimits: {
        maxBufferSize: limits.maxBufferSize,
        maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
        maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
        maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
        maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
        maxComputeWorkgroupSizeY: limits.maxComputeWorkgroupSizeY,
        maxComputeWorkgroupSizeZ: limits.maxComputeWorkgroupSizeZ,
        maxComputeWorkgroupsPerDimension: limits.maxComputeWorkgroupsPerDimension,
        maxStorageBuffersPerShaderStage: limits.maxStorageBuffersPerShaderStage,
        maxBindGroups: limits.maxBindGroups,
      },
    });
  } catch (error) {
    throw unavailable(error instanceof Error ? error.message : String(error), error);
  }
}

/** The adapter for work that takes long. @throws LineageError `device-unavailable`. */
export async function requestAdapter(): Promise<GPUAdapter> {
  // Types say it is always there; Firefox on Linux, older Safari and insecure pages have none.
  const gpu = (globalThis.navigator as Partial<WorkerNavigator> | undefined)?.gpu;
  if (gpu === undefined) throw unavailable('this browser has no WebGPU');
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) throw unavailable('the browser offers no GPU adapter');
  return adapter;
}

function unavailable(reason: string, cause?: unknown): LineageError {
  return new LineageError('device-unavailable', { device: 'webgpu', reason }, { cause });
}

/** `nvidia ampere`, `google swiftshader`; `unnamed` where the browser tells nothing. */
export function adapterName(info: GPUAdapterInfo): string {
  const name = [info.vendor, info.architecture, info.device, info.description]
    .filter((part, index, all) => part !== '' && all.indexOf(part) === index)
    .join(' ');
  return name === '' ? 'unnamed' : name;
}
