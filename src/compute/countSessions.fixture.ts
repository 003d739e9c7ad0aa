import * as ort from 'onnxruntime-web/wasm';
import { vi } from 'vitest';

/** How many sessions ONNX Runtime compiles from now on. */
export function countSessions(): () => number {
  const created = vi.spyOn(ort.InferenceSession, 'create');
  return () => created.mock.calls.length;
}
