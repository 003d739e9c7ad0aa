import { expectRuntimeAgrees, type Tolerance } from '../compute/runOnnxRuntime.fixture.ts';
import { checkGradient, type GradientCase } from './checkGradient.fixture.ts';

/**
 * Proves a case three ways: the kernels against ONNX Runtime, the gradient against finite differences,
 * and the gradient's graph against ONNX Runtime.
 *
 * @throws Error that names the first difference.
 */
export async function proveCase(of: GradientCase, tolerance: Tolerance = {}): Promise<void> {
  const { forward, backward, feeds } = checkGradient(of);
  await expectRuntimeAgrees(forward, feeds, tolerance);
  if (backward.nodes.length > 0) await expectRuntimeAgrees(backward, feeds, tolerance);
}
