import type * as Ort from 'onnxruntime-web/wasm';
import { encodeOnnx } from '../../core/network/encodeOnnx.ts';
import type { Literal, Network } from '../../core/network/network.ts';
import { ortFailure } from './ortFailure.ts';
import { dtypeOfOrt } from './ortTensor.ts';
import type { Held, Runtime, Session, SessionUse } from './runtime.ts';
import { SessionCache } from './sessionCache.ts';

/** One of the package's entries; they have the same types and are loaded only when asked for. */
export type OrtModule = typeof Ort;

/** What differs between the backends of ONNX Runtime. */
export interface OrtDevice {
  readonly facts: Pick<Runtime, 'backend' | 'threads' | 'adapter' | 'f16'>;
  readonly options: (network: Network, use: SessionUse) => Ort.InferenceSession.SessionOptions;
  /** A tensor in the device's memory; on wasm simply one over the same bytes. */
  readonly upload: (tensor: Literal) => Ort.Tensor;
  /** A copy of a tensor's values. */
  readonly read: (tensor: Ort.Tensor) => Promise<Literal>;
  readonly lost: Promise<string>;
  readonly close: () => void;
}

/** The level the graph is optimised to; part of a recipe, as it can change the rounding. */
export const optimizationLevel = 'all';

/**
 * Sessions kept compiled: a training graph, the evaluation of the same network, and those of a parent and a
 * child that are tried side by side.
 */
const keptSessions = 6;

interface HeldTensor extends Held {
  readonly tensor: Ort.Tensor;
}

interface Compiled {
  readonly session: Ort.InferenceSession;
  close(): Promise<void>;
}

/** ONNX Runtime for the web on one device, behind the port that training and trying use. */
export class OrtRuntime implements Runtime {
  readonly backend: Runtime['backend'];
  readonly threads?: number;
  readonly adapter?: string;
  readonly f16: boolean;
  readonly version: string;
  readonly lost: Promise<string>;
  readonly #ort: OrtModule;
  readonly #device: OrtDevice;
  readonly #sessions = new SessionCache<Compiled>(keptSessions);
  readonly #gone: Promise<never>;
  /** Of graphs that are opened again as the same object, which is not encoded for it. */
  readonly #digests = new WeakMap<Network, string>();
  #turn: Promise<void> = Promise.resolve();
  #live = 0;
  #isLost = false;

  constructor(ort: OrtModule, device: OrtDevice) {
    this.#ort = ort;
    this.#device = device;
    this.backend = device.facts.backend;
    if (device.facts.threads !== undefined) this.threads = device.facts.threads;
    if (device.facts.adapter !== undefined) this.adapter = device.facts.adapter;
    this.f16 = device.facts.f16;
    this.version = `onnxruntime-web ${ort.env.versions.web ?? ort.env.versions.common}`;
    this.lost = device.lost;
    this.#gone = device.lost.then((reason) => {
      this.#isLost = true;
      throw ortFailure(new Error(`the device was lost: ${reason}`));
    });
    // Raced by runs; without one at the time of the loss nobody else listens.
    this.#gone.catch(() => undefined);
  }

  hold(tensor: Literal): Held {
    return this.#keep(this.#device.upload(tensor));
  }

  async open(network: Network, use: SessionUse): Promise<Session> {
    const known = this.#digests.get(network);
    const encoded = known === undefined ? encodeOnnx(network) : undefined;
    const digest =
      known ?? hex(await crypto.subtle.digest('SHA-256', encoded ?? encodeOnnx(network)));
    this.#digests.set(network, digest);
    const loan = await this.#sessions.borrow(`${use} ${digest}`, async () => {
      const options = {
        graphOptimizationLevel: optimizationLevel,
        logSeverityLevel: 3,
        ...this.#device.options(network, use),
      } as const;
      const session = await this.#inTurn(() =>
        this.#ort.InferenceSession.create(encoded ?? encodeOnnx(network), options),
      );
      return { session, close: () => session.release() };
    });
    const { session } = loan.value;
    return {
      digest,
      run: (feeds) => this.#run(session, feeds),
      release: loan.release,
    };
  }

  live(): number {
    return this.#live;
  }

  async close(): Promise<void> {
    // A session on a lost device may be in the middle of a run for ever: it is left alone.
    if (!this.#isLost) await this.#sessions.close();
    this.#device.close();
  }

  async #run(
    session: Ort.InferenceSession,
    feeds: ReadonlyMap<string, Held>,
  ): Promise<ReadonlyMap<string, Held>> {
    const given = Object.fromEntries(
      [...feeds].map(([name, held]) => [name, (held as HeldTensor).tensor]),
    );
    const made = await this.#inTurn(() => session.run(given));
    return new Map(Object.entries(made).map(([name, tensor]) => [name, this.#keep(tensor)]));
  }

  /** One at a time: a module that waits for the GPU inside WebAssembly cannot be entered again. */
  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const before = this.#turn;
    let done: () => void = () => undefined;
    this.#turn = new Promise((resolve) => {
      done = resolve;
    });
    try {
      return await this.#guarded(async () => {
        await before;
        return work();
      });
    } finally {
      done();
    }
  }

  /** A lost device leaves what was asked of it unanswered, so its loss ends the wait. */
  async #guarded<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await Promise.race([work(), this.#gone]);
    } catch (error) {
      throw ortFailure(error);
    }
  }

  #keep(tensor: Ort.Tensor): HeldTensor {
    this.#live++;
    return {
      tensor,
      dtype: dtypeOfOrt(tensor.type),
      shape: tensor.dims,
      read: () => this.#guarded(() => this.#device.read(tensor)),
      free: () => {
        this.#live--;
        // Of a tensor in JavaScript's memory this only forgets the array. On a lost device the buffer is gone
        // already, and the runtime crashes over it.
        if (!this.#isLost) tensor.dispose();
      },
    };
  }
}

function hex(digest: ArrayBuffer): string {
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
