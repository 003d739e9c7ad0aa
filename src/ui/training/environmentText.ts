import type { ComputeReport } from '../../core/ports/compute.ts';
import type { Environment } from '../../core/training/report.ts';
import type { DeviceChoice } from '../../core/training/trainJob.ts';
import { counted } from '../format.ts';

/** Where something was computed, in words: `CPU, 2 threads`. */
export function environmentText({ backend, threads, adapter }: Environment): string {
  if (backend === 'webgpu') return adapter === undefined ? 'GPU' : `GPU (${adapter})`;
  if (backend === 'wasm')
    return threads === undefined ? 'CPU' : `CPU, ${counted(threads, 'thread')}`;
  return backend === 'reference' ? 'reference code' : 'no training';
}

/** A device a person may choose, and why not. */
export interface DeviceOption {
  readonly is: DeviceChoice;
  readonly title: string;
  readonly note: string;
  readonly unusable: boolean;
}

/** The devices of this browser as a form offers them. */
export function deviceOptions({ webgpu, wasm }: ComputeReport): DeviceOption[] {
  const gpu = webgpu.is === 'ready';
  return [
    {
      is: 'auto',
      title: 'Automatic',
      note: 'Measures those there are and takes the fastest.',
      unusable: false,
    },
    {
      is: 'webgpu',
      title: 'GPU',
      note: gpu
        ? `${webgpu.adapter}${webgpu.software ? ', emulated in software: slow' : ''}`
        : `Not here: ${webgpu.reason}`,
      unusable: !gpu,
    },
    {
      is: 'wasm',
      title: 'CPU',
      note: `${counted(wasm.threads, 'thread')} on ${counted(wasm.cores, 'core')}; replays bit for bit.`,
      unusable: false,
    },
  ];
}
