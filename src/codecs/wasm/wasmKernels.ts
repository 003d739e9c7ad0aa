import type { ElementKind, TensorKernels } from '../kernels/tensorKernels.ts';
import { moduleBase64 } from './module.generated.ts';
import { bytesOfBase64, webAssembly } from './webAssembly.ts';

/** What the module exports; places are byte offsets in its memory. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  reserve(bytes: number, log: number): number;
  chunkAt(): number;
  baseAt(): number;
  symbolsAt(): number;
  contextsAt(): number;
  bitsAt(): number;
  wordsAt(): number;
  wordsEnd(): number;
  markChanged(bytes: number, log: number): number;
  gather(at: number, to: number, bytes: number, log: number): number;
  scatter(at: number, to: number, bytes: number, log: number): void;
  commonBits(elements: number, log: number, float: number): number;
  contextRow(
    elements: number,
    log: number,
    float: number,
    shift: number,
    top: number,
    last: number,
  ): void;
  takeDifferences(elements: number, log: number, float: number, shift: number): number;
  addDifferences(
    elements: number,
    log: number,
    float: number,
    shift: number,
    bitBytes: number,
    to: number,
  ): number;
  encodeRow(elements: number): number;
  decodeRow(elements: number, words: number): number;
}

/** Fixed places, as in assembly/layout.ts. */
const statesAt = 0xd40;
const countsAt = 0x4000;
const frequenciesAt = 0xc000;
const flagsAt = 0x50000;

let compiled: object | undefined;

/**
 * The kernels in WebAssembly, in a new instance; undefined where SIMD is missing. Its memory grows to
 * seven chunks of 4 MiB at most.
 */
export function wasmKernels(): TensorKernels | undefined {
  const api = webAssembly();
  if (api === undefined) return undefined;
  if (compiled === undefined) {
    const bytes = bytesOfBase64(moduleBase64);
    if (!api.validate(bytes)) return undefined;
    compiled = new api.Module(bytes);
  }
  return kernelsOf(new api.Instance(compiled).exports as Exports);
}

function kernelsOf(wasm: Exports): TensorKernels {
  let kind: ElementKind = { log: 0, float: false };
  let float = 0;
  let elements = 0;
  let wholeBytes = 0;
  let decoding = false;
  let skips = false;
  const view = (at: number, length: number): Uint8Array<ArrayBuffer> =>
    new Uint8Array(wasm.memory.buffer, at, length);
  const table = (at: number): Uint16Array => new Uint16Array(wasm.memory.buffer, at, 4096);
  const rowBytes = (): number => elements << kind.log;
  return {
    open(bytes, elementKind, chunk, base) {
      kind = elementKind;
      float = kind.float ? 1 : 0;
      wholeBytes = bytes;
      elements = bytes >>> kind.log;
      decoding = chunk === undefined;
      skips = false;
      if (wasm.reserve(bytes, kind.log) === 0) return false;
      if (chunk !== undefined) view(wasm.chunkAt(), bytes).set(chunk);
      if (base !== undefined) view(wasm.baseAt(), bytes).set(base);
      return true;
    },
    changedBlocks() {
      wasm.markChanged(rowBytes(), kind.log);
      return view(flagsAt, Math.ceil(elements / 64));
    },
    keepBlocks(flags) {
      skips = true;
      view(flagsAt, flags.length).set(flags);
      const [chunk, base] = [wasm.chunkAt(), wasm.baseAt()];
      // A decoder has no chunk yet: what is left out of it is found in a copy of the base.
      if (decoding) view(chunk, wholeBytes).set(view(base, wholeBytes));
      else wasm.gather(chunk, chunk, wholeBytes, kind.log);
      elements = wasm.gather(base, base, wholeBytes, kind.log) >>> kind.log;
      return elements;
    },
    chunkBytes: () => view(wasm.chunkAt(), rowBytes()),
    baseBytes: () => view(wasm.baseAt(), rowBytes()),
    commonBits: () => wasm.commonBits(elements, kind.log, float) >>> 0,
    contextsOfBase({ shift, top, count }) {
      wasm.contextRow(elements, kind.log, float, shift, top, count - 1);
    },
    takeDifferences(shift) {
      const bits = wasm.takeDifferences(elements, kind.log, float, shift);
      return {
        bits: view(wasm.bitsAt(), Math.ceil(bits / 8)),
        counts: new Uint32Array(wasm.memory.buffer, countsAt, 4096),
      };
    },
    addDifferences(shift, bits) {
      const room = wasm.wordsAt() - wasm.bitsAt();
      if (bits.length > room) return false;
      view(wasm.bitsAt(), room).fill(0, bits.length, Math.min(room, bits.length + 16));
      view(wasm.bitsAt(), bits.length).set(bits);
      const to = skips ? wasm.baseAt() : wasm.chunkAt();
      const used = wasm.addDifferences(elements, kind.log, float, shift, bits.length, to) >>> 0;
      return Math.ceil(used / 8) === bits.length;
    },
    symbols: () => view(wasm.symbolsAt(), elements),
    contexts: () => view(wasm.contextsAt(), elements),
    encodeSymbols(frequencies) {
      table(frequenciesAt).set(frequencies);
      const bytes = 2 * wasm.encodeRow(elements);
      return {
        states: new Uint32Array(wasm.memory.buffer, statesAt, 8),
        words: view(wasm.wordsEnd() - bytes, bytes),
      };
    },
    decodeSymbols(frequencies, { states, words }) {
      if (words.length > 2 * elements) return false;
      table(frequenciesAt).set(frequencies);
      new Uint32Array(wasm.memory.buffer, statesAt, 8).set(states);
      view(wasm.wordsAt(), words.length).set(words);
      return wasm.decodeRow(elements, words.length / 2) === 1;
    },
    finish() {
      if (skips) wasm.scatter(wasm.baseAt(), wasm.chunkAt(), wholeBytes, kind.log);
      return view(wasm.chunkAt(), wholeBytes).slice();
    },
  };
}
