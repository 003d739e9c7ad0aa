import type { ChunkCodec, ChunkElement } from '../../../src/core/ports/chunkCodec.ts';
import { deltaCodec } from '../../../src/codecs/delta/deltaCodec.ts';
import { tensorDelta } from '../../../src/codecs/delta/tensorDelta.ts';
import { exponentCodec } from '../../../src/codecs/exponent/exponentCodec.ts';
import { tensorExponents } from '../../../src/codecs/exponent/tensorExponents.ts';
import { bytesOf, family, toBfloat16, toFloat16 } from '../../node/syntheticWeights.ts';

/** A child tensor of 4 MiB and its parent. */
export interface CodecCase {
  readonly name: string;
  readonly element: ChunkElement;
  readonly child: Uint8Array<ArrayBuffer>;
  readonly parent: Uint8Array<ArrayBuffer>;
}

/** Milliseconds to code and decode `bytes`, and what they came to; NaN for what there is not. */
export interface CodecResult {
  readonly tensor: string;
  readonly codec: string;
  readonly bytes: number;
  readonly coded: number;
  readonly encodeMs: number;
  readonly decodeMs: number;
}

/** Children N(0, 0.05) + N(0, 3e-4) of their parents, 2^20 or 2^21 elements. */
export function codecCases(): readonly CodecCase[] {
  const { parent, child } = family(2 ** 20, 3e-4);
  const wide = family(2 ** 21, 3e-4);
  const two: ChunkElement = { bytes: 2, float: true };
  const halves = (name: string, cast: (values: Float32Array) => Uint16Array): CodecCase => ({
    name,
    element: two,
    child: bytesOf(cast(wide.child)),
    parent: bytesOf(cast(wide.parent)),
  });
  return [
    {
      name: 'f32',
      element: { bytes: 4, float: true },
      child: bytesOf(child),
      parent: bytesOf(parent),
    },
    halves('bf16', toBfloat16),
    halves('f16', toFloat16),
  ];
}

/** Copies timed together: one is faster than the clock ticks. */
const copies = 10;

/**
 * Our codecs on each case, the replaced ones beside them, and what any store does to the bytes anyway:
 * a copy and a SHA-256. The best of `runs`: what else the machine does only ever adds.
 *
 * @throws Error when a codec declines or does not give the bytes back.
 */
export async function codecTrials(
  cases: readonly CodecCase[],
  runs: number,
): Promise<CodecResult[]> {
  const results: CodecResult[] = [];
  for (const each of cases) {
    const { child, parent } = each;
    results.push(
      ourResult(each, tensorDelta, [parent], runs, 'ours, delta to the parent'),
      ourResult(each, deltaCodec, [parent], 3, 'the same before, in TypeScript'),
      ourResult(each, tensorExponents, [], runs, 'ours, alone'),
      ourResult(each, exponentCodec, [], 3, 'the same before, in TypeScript'),
    );
    const target = new Uint8Array(child.length);
    const copied = best(runs, () => {
      for (let copy = 0; copy < copies; copy++) target.set(child);
    });
    const row = { tensor: each.name, bytes: child.length, coded: child.length, decodeMs: NaN };
    results.push({ ...row, codec: 'a copy', encodeMs: copied.ms / copies });
    results.push({ ...row, codec: 'SHA-256', encodeMs: await hashMs(child, runs) });
  }
  return results;
}

function ourResult(
  each: CodecCase,
  codec: ChunkCodec,
  bases: readonly Uint8Array[],
  runs: number,
  name: string,
): CodecResult {
  const { child } = each;
  const encoded = best(runs, () => codec.encode(child, bases, each.element));
  const { result } = encoded;
  if (result === undefined) throw new Error(`${name} declined ${each.name}`);
  const decoded = best(runs, () => codec.decode(result, bases, child.length));
  if (decoded.result.some((byte, i) => byte !== child[i])) throw new Error(`${name} is not exact`);
  return {
    tensor: each.name,
    codec: name,
    bytes: child.length,
    coded: result.length,
    encodeMs: encoded.ms,
    decodeMs: decoded.ms,
  };
}

function best<T>(runs: number, call: () => T): { readonly ms: number; readonly result: T } {
  let result = call();
  let ms = Infinity;
  for (let run = 0; run < runs; run++) {
    const started = performance.now();
    result = call();
    ms = Math.min(ms, performance.now() - started);
  }
  return { ms, result };
}

async function hashMs(bytes: Uint8Array<ArrayBuffer>, runs: number): Promise<number> {
  let ms = Infinity;
  for (let run = 0; run < runs; run++) {
    const started = performance.now();
    await crypto.subtle.digest('SHA-256', bytes);
    ms = Math.min(ms, performance.now() - started);
  }
  return ms;
}
