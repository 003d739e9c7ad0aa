/** What this worker has of the device's memory. */
export interface MemoryNow {
  /** Size of the WebAssembly heaps; they never shrink, so it is the most so far. */
  readonly wasmBytes: number;
  readonly gpuBuffers: number;
  readonly gpuBytes: number;
  /** Most bytes of GPU buffers alive at once so far. */
  readonly gpuPeak: number;
}

/** Watches every WebAssembly memory and GPU buffer made from now on. */
export function watchMemory(): () => MemoryNow {
  const heaps = watchHeaps();
  const gpu = { gpuBuffers: 0, gpuBytes: 0, gpuPeak: 0 };
  if ('GPUDevice' in globalThis) watchBuffers(gpu);
  return () => ({
    wasmBytes: heaps.reduce((sum, { buffer }) => sum + buffer.byteLength, 0),
    ...gpu,
  });
}

/**
 * The runtime takes a fifth more than it needs when its heap grows, and less when it is refused; it is refused
 * until it asks for a twentieth.
 */
function watchHeaps(): WebAssembly.Memory[] {
  const heaps: WebAssembly.Memory[] = [];
  class Watched extends WebAssembly.Memory {
    #refused = 0;

    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor);
      heaps.push(this);
    }

    override grow(pages: number): number {
      if (this.#refused++ % 3 < 2) throw new RangeError('ask for less');
      return super.grow(pages);
    }
  }
  WebAssembly.Memory = Watched;
  return heaps;
}

function watchBuffers(count: { gpuBuffers: number; gpuBytes: number; gpuPeak: number }): void {
  const sizes = new WeakMap<GPUBuffer, number>();
  const { createBuffer } = GPUDevice.prototype as { createBuffer: GPUDevice['createBuffer'] };
  const { destroy } = GPUBuffer.prototype as { destroy: GPUBuffer['destroy'] };
  GPUDevice.prototype.createBuffer = function (this: GPUDevice, descriptor) {
    const buffer = createBuffer.call(this, descriptor);
    sizes.set(buffer, descriptor.size);
    count.gpuBuffers++;
    count.gpuBytes += descriptor.size;
    count.gpuPeak = Math.max(count.gpuPeak, count.gpuBytes);
    return buffer;
  };
  GPUBuffer.prototype.destroy = function (this: GPUBuffer) {
    const size = sizes.get(this);
    if (size !== undefined) {
      sizes.delete(this);
      count.gpuBuffers--;
      count.gpuBytes -= size;
    }
    destroy.call(this);
  };
}
