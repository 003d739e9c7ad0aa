import type { Dtype } from '../../core/dtype.ts';
import type { Literal, Network } from '../../core/network/network.ts';

export type Backend = 'webgpu' | 'wasm' | 'reference';

/** A tensor where a runtime keeps it: in GPU memory, or in JavaScript's on the other backends. */
export interface Held {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Its values, copied: the caller owns them. */
  read(): Promise<Literal>;
  /** Gives the memory back. Once; a tensor that is given back must not be fed or read. */
  free(): void;
}

/** A compiled network. Weights are inputs, so it serves every model of the architecture. */
export interface Session {
  /** SHA-256 of the graph's bytes, hex. */
  readonly digest: string;
  /**
   * Computes all outputs from a value for each input. Feeds stay the caller's; so do the outputs.
   *
   * @throws LineageError `device-lost`, `out-of-memory`, `compute-failed`.
   */
  run(feeds: ReadonlyMap<string, Held>): Promise<ReadonlyMap<string, Held>>;
  /** The caller needs it no more; the runtime may keep it for the next who opens the same graph. */
  release(): void;
}

/**
 * What a network is opened for: `training` stays on the device as a whole (outputs too, and nothing falls
 * back to another one); `inference` may, and outputs are made to be read.
 */
export type SessionUse = 'training' | 'inference';

/** A device with the runtime that computes on it. Runs are taken one at a time. */
export interface Runtime {
  readonly backend: Backend;
  /** Of the wasm backend. */
  readonly threads?: number;
  /** The GPU as the browser names it. */
  readonly adapter?: string;
  /** Whether it has half precision. */
  readonly f16: boolean;
  /** Name and version of what computes. */
  readonly version: string;

  /** Keeps a tensor's values; `tensor.bytes` may be shared until it is freed, so they must not change. */
  hold(tensor: Literal): Held;
  /**
   * Compiles a network, or finds it compiled.
   *
   * @throws LineageError `device-lost`, `out-of-memory`, `compute-failed`.
   */
  open(network: Network, use: SessionUse): Promise<Session>;
  /** Resolves with the reason once the device is lost; never settles otherwise. */
  readonly lost: Promise<string>;
  /** Tensors held and not freed: flat over a run, or something leaks. */
  live(): number;
  /** Frees all sessions and the device. */
  close(): Promise<void>;
}
