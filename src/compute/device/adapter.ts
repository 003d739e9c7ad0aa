import type { ComputeReport } from '../../core/ports/compute.ts';
import { adapterName, requestAdapter } from '../runtime/openWebgpu.ts';
import { isLineageError } from '../../core/lineageError.ts';

/** Names under which graphics in software go. */
const softwareNames = /swiftshader|llvmpipe|lavapipe|software|basic render|warp/i;

/** What the browser's GPU adapter is; no device is opened and nothing is loaded for it. */
export async function describeAdapter(): Promise<ComputeReport['webgpu']> {
  try {
    const { info, features } = await requestAdapter();
    const adapter = adapterName(info);
    const fallback = (info as { readonly isFallbackAdapter?: boolean }).isFallbackAdapter === true;
    return {
      is: 'ready',
      adapter,
      f16: features.has('shader-f16'),
      software: fallback || softwareNames.test(adapter),
    };
  } catch (error) {
    const reason = isLineageError(error, 'device-unavailable') ? error.data.reason : String(error);
    return { is: 'unusable', reason };
  }
}
