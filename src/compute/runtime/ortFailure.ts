import { isLineageError, LineageError } from '../../core/lineageError.ts';

/**
 * What the runtime, the WebAssembly memory and the GPU say when there is no room. Source: ONNX Runtime's
 * allocators (`bfc_arena`, `webgpu/buffer_manager`), Emscripten's `abort`, the WebGPU specification.
 */
const noRoom =
  /out.of.memory|bad_alloc|failed to allocate|allocation failed|array buffer allocation|OOM|cannot enlarge memory|exceeds the max(imum)? buffer size|buffer size.*(limit|too large)|invalid array (buffer )?length/i;

const deviceGone = /device (was |is |has been )?lost|device.*destroyed|instance dropped/i;

/** The failure of a run or a compilation as the project's own error; an error that is one stays as it is. */
export function ortFailure(error: unknown, neededBytes = 0): LineageError {
  if (isLineageError(error)) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const cause = { cause: error };
  if (deviceGone.test(reason)) return new LineageError('device-lost', { reason }, cause);
  // An exception that crosses Emscripten's border without a message is a number: a C++ pointer, and in
  // practice std::bad_alloc.
  if (noRoom.test(reason) || typeof error === 'number')
    return new LineageError('out-of-memory', { neededBytes, reason }, cause);
  return new LineageError('compute-failed', { reason }, cause);
}
