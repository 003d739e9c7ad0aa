import { tensorBytes } from '../../core/dtype.ts';
import type { Literal } from '../../core/network/network.ts';
import type { Held, Runtime } from '../runtime/runtime.ts';

/**
 * Tensors by name on a device, of which each has one owner: this. Within a `begin` the tensors that are
 * replaced are kept, so that the whole can be taken back.
 */
export class DeviceState {
  readonly #tensors = new Map<string, Held>();
  readonly #runtime: Runtime;
  #before: Map<string, Held> | undefined;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** @throws Error for a name that was never put: a bug. */
  get(name: string): Held {
    const held = this.#tensors.get(name);
    if (held === undefined) throw new Error(`no state ${name}`);
    return held;
  }

  /** Puts values on the device. */
  load(name: string, tensor: Literal): void {
    this.put(name, this.#runtime.hold(tensor));
  }

  /** Takes over a tensor; the one before is freed, or kept for `rollBack`. */
  put(name: string, held: Held): void {
    const old = this.#tensors.get(name);
    this.#tensors.set(name, held);
    if (old === undefined) return;
    if (this.#before === undefined || this.#before.has(name)) old.free();
    else this.#before.set(name, old);
  }

  /** From here on all replaced tensors are kept. */
  begin(): void {
    this.#before = new Map();
  }

  /** Frees what `begin` has kept. */
  commit(): void {
    for (const held of this.#before?.values() ?? []) held.free();
    this.#before = undefined;
  }

  /** Puts everything back to how it was at `begin`. */
  rollBack(): void {
    for (const [name, held] of this.#before ?? []) {
      this.#tensors.get(name)?.free();
      this.#tensors.set(name, held);
    }
    this.#before = undefined;
  }

  /** Copies of the tensors in `names`. */
  async read(names: Iterable<string>): Promise<Map<string, Literal>> {
    const values = new Map<string, Literal>();
    for (const name of names) values.set(name, await this.get(name).read());
    return values;
  }

  free(): void {
    this.commit();
    for (const held of this.#tensors.values()) held.free();
    this.#tensors.clear();
  }
}

/** A tensor of zeros. */
export function zeros({ dtype, shape }: Pick<Literal, 'dtype' | 'shape'>): Literal {
  return { dtype, shape, bytes: new Uint8Array(tensorBytes(dtype, shape)) };
}

/** The first tensor of `values` with an f32 that is NaN or infinite; undefined where all are finite. */
export function firstNotFinite(values: ReadonlyMap<string, Literal>): string | undefined {
  for (const [name, { dtype, bytes }] of values) {
    if (dtype !== 'f32') continue;
    const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
    const numbers = new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
    if (!numbers.every(Number.isFinite)) return name;
  }
  return undefined;
}
