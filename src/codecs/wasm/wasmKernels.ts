import type {
  CodedRow,
  ContextRule,
  ElementKind,
  FieldRule,
  FieldSurvey,
  TensorKernels,
} from '../kernels/tensorKernels.ts';
import { moduleBase64 } from './module.generated.ts';
import { bytesOfBase64, webAssembly } from './webAssembly.ts';

type FieldNumbers = [cut: number, shift: number, least: number, zeros: number, signed: number];

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
  surveyFields(elements: number, log: number): void;
  levelRow(elements: number, log: number, blockLog: number, keyShift: number): void;
  contextsOfBlocks(elements: number, blockLog: number): void;
  takeFields(elements: number, log: number, ...rule: FieldNumbers): number;
  putFields(elements: number, log: number, ...rule: [...FieldNumbers, bitBytes: number]): number;
  encodeRow(elements: number): number;
  decodeRow(elements: number, words: number): number;
}

/** Fixed places, as in assembly/layout.ts. */
const statesAt = 0xd40;
const surveyAt = 0xd80;
const countsAt = 0x10000;
const frequenciesAt = 0xc000;
const levelsAt = 0x10000;
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
  return new WasmKernels(new api.Instance(compiled).exports as Exports);
}

class WasmKernels implements TensorKernels {
  readonly #wasm: Exports;
  #kind: ElementKind = { log: 0, float: false };
  #elements = 0;
  #wholeBytes = 0;
  #decoding = false;
  #skips = false;

  constructor(wasm: Exports) {
    this.#wasm = wasm;
  }

  open(
    bytes: number,
    kind: ElementKind,
    chunk: Uint8Array | undefined,
    base: Uint8Array | undefined,
  ): boolean {
    this.#kind = kind;
    this.#wholeBytes = bytes;
    this.#elements = bytes >>> kind.log;
    this.#decoding = chunk === undefined;
    this.#skips = false;
    if (this.#wasm.reserve(bytes, kind.log) === 0) return false;
    if (chunk !== undefined) this.#view(this.#wasm.chunkAt(), bytes).set(chunk);
    if (base !== undefined) this.#view(this.#wasm.baseAt(), bytes).set(base);
    return true;
  }

  changedBlocks(): Uint8Array {
    this.#wasm.markChanged(this.#rowBytes(), this.#kind.log);
    return this.#view(flagsAt, Math.ceil(this.#elements / 64));
  }

  keepBlocks(flags: Uint8Array): number {
    const { log } = this.#kind;
    const bytes = this.#wholeBytes;
    this.#skips = true;
    this.#view(flagsAt, flags.length).set(flags);
    const [chunk, base] = [this.#wasm.chunkAt(), this.#wasm.baseAt()];
    // A decoder has no chunk yet: what is left out of it is found in a copy of the base.
    if (this.#decoding) this.#view(chunk, bytes).set(this.#view(base, bytes));
    else this.#wasm.gather(chunk, chunk, bytes, log);
    this.#elements = this.#wasm.gather(base, base, bytes, log) >>> log;
    return this.#elements;
  }

  chunkBytes(): Uint8Array {
    return this.#view(this.#wasm.chunkAt(), this.#rowBytes());
  }

  baseBytes(): Uint8Array {
    return this.#view(this.#wasm.baseAt(), this.#rowBytes());
  }

  commonBits(): number {
    return this.#wasm.commonBits(this.#elements, this.#kind.log, Number(this.#kind.float)) >>> 0;
  }

  contextsOfBase({ shift, top, count }: ContextRule): void {
    const { log, float } = this.#kind;
    this.#wasm.contextRow(this.#elements, log, Number(float), shift, top, count - 1);
  }

  takeDifferences(shift: number): { bits: Uint8Array; counts: Uint32Array } {
    const { log, float } = this.#kind;
    return this.#taken(this.#wasm.takeDifferences(this.#elements, log, Number(float), shift));
  }

  addDifferences(shift: number, bits: Uint8Array): boolean {
    if (!this.#putBits(bits)) return false;
    const { log, float } = this.#kind;
    const to = this.#skips ? this.#wasm.baseAt() : this.#wasm.chunkAt();
    const given = [this.#elements, log, Number(float), shift, bits.length, to] as const;
    return Math.ceil((this.#wasm.addDifferences(...given) >>> 0) / 8) === bits.length;
  }

  surveyFields(): FieldSurvey {
    this.#wasm.surveyFields(this.#elements, this.#kind.log);
    const [least = 0n, most = 0n, any = 0n, zeros] = new BigUint64Array(
      this.#wasm.memory.buffer,
      surveyAt,
      4,
    );
    return { least, most, any, zeros: zeros !== 0n };
  }

  levels(blockLog: number, keyShift: number): Uint16Array {
    this.#wasm.levelRow(this.#elements, this.#kind.log, blockLog, keyShift);
    const blocks = Math.ceil(this.#elements / 2 ** blockLog);
    return new Uint16Array(this.#wasm.memory.buffer, levelsAt, blocks);
  }

  contextsOfBlocks(contexts: Uint8Array, blockLog: number): void {
    this.#view(flagsAt, contexts.length).set(contexts);
    this.#wasm.contextsOfBlocks(this.#elements, blockLog);
  }

  takeFields(rule: FieldRule): { bits: Uint8Array; counts: Uint32Array } {
    const numbers = fieldNumbers(rule);
    return this.#taken(this.#wasm.takeFields(this.#elements, this.#kind.log, ...numbers));
  }

  putFields(rule: FieldRule, bits: Uint8Array): boolean {
    if (!this.#putBits(bits)) return false;
    const numbers = fieldNumbers(rule);
    const used = this.#wasm.putFields(this.#elements, this.#kind.log, ...numbers, bits.length);
    return Math.ceil((used >>> 0) / 8) === bits.length;
  }

  symbols(): Uint8Array {
    return this.#view(this.#wasm.symbolsAt(), this.#elements);
  }

  contexts(): Uint8Array {
    return this.#view(this.#wasm.contextsAt(), this.#elements);
  }

  encodeSymbols(frequencies: Uint16Array): CodedRow {
    this.#frequencies().set(frequencies);
    const bytes = 2 * this.#wasm.encodeRow(this.#elements);
    return { states: this.#states(), words: this.#view(this.#wasm.wordsEnd() - bytes, bytes) };
  }

  decodeSymbols(frequencies: Uint16Array, { states, words }: CodedRow): boolean {
    if (words.length > 2 * this.#elements) return false;
    this.#frequencies().set(frequencies);
    this.#states().set(states);
    this.#view(this.#wasm.wordsAt(), words.length).set(words);
    return this.#wasm.decodeRow(this.#elements, words.length / 2) === 1;
  }

  finish(): Uint8Array<ArrayBuffer> {
    const [chunk, base] = [this.#wasm.chunkAt(), this.#wasm.baseAt()];
    if (this.#skips) this.#wasm.scatter(base, chunk, this.#wholeBytes, this.#kind.log);
    return this.#view(chunk, this.#wholeBytes).slice();
  }

  #view(at: number, length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#wasm.memory.buffer, at, length);
  }

  #states(): Uint32Array {
    return new Uint32Array(this.#wasm.memory.buffer, statesAt, 8);
  }

  #frequencies(): Uint16Array {
    return new Uint16Array(this.#wasm.memory.buffer, frequenciesAt, 4096);
  }

  #rowBytes(): number {
    return this.#elements << this.#kind.log;
  }

  #taken(bits: number): { bits: Uint8Array; counts: Uint32Array } {
    return {
      bits: this.#view(this.#wasm.bitsAt(), Math.ceil(bits / 8)),
      counts: new Uint32Array(this.#wasm.memory.buffer, countsAt, 4096),
    };
  }

  /** Gives whether the bits may belong to this chunk: they never take more than its bytes. */
  #putBits(bits: Uint8Array): boolean {
    if (bits.length > this.#rowBytes()) return false;
    const room = this.#wasm.wordsAt() - this.#wasm.bitsAt();
    this.#view(this.#wasm.bitsAt(), room).fill(0, bits.length, Math.min(room, bits.length + 16));
    this.#view(this.#wasm.bitsAt(), bits.length).set(bits);
    return true;
  }
}

function fieldNumbers({ cut, shift, least, zeros, signed }: FieldRule): FieldNumbers {
  return [cut, shift, least, Number(zeros), Number(signed)];
}
