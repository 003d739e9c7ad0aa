/** Runs every operator's graphs in a page of the browser tests; what it gives is plain data. */
import { literal, numbersOf } from '../core/network/literal.ts';
import { openWasm } from '../compute/runtime/openWasm.ts';
import { openWebgpu } from '../compute/runtime/openWebgpu.ts';
import type { Runtime } from '../compute/runtime/runtime.ts';
import { evaluate } from './evaluate/evaluate.ts';
import type { NdArray } from './evaluate/ndArray.ts';
import {
  everyNetwork,
  joined,
  joinedName,
  runsOnWebGpu,
} from './operatorCases/namedNetwork.fixture.ts';
import type { NamedNetwork } from './operatorCases/namedCase.fixture.ts';

export interface Findings {
  readonly adapter?: string;
  /** Graphs that ran and were compared. */
  readonly compared: number;
  /** Graphs that have an operator which WebGPU lacks. */
  readonly leftOut: readonly string[];
  /** What differs from the plain evaluator, or was refused. */
  readonly wrong: readonly string[];
}

/** Graphs of one session: creating one is what takes time, but one that fails names nobody. */
const together = 64;

/**
 * Compares what a backend computes with the plain evaluator: |a − b| ≤ rtol · (|b| + a tenth of the
 * largest number of that output).
 */
export async function runEveryOperator(on: 'webgpu' | 'wasm', rtol: number): Promise<Findings> {
  const runtime = on === 'webgpu' ? await openWebgpu() : await openWasm(1);
  const all = everyNetwork();
  const chosen = on === 'webgpu' ? all.filter(runsOnWebGpu) : all;
  const wrong: string[] = [];
  for (let at = 0; at < chosen.length; at += together)
    wrong.push(...(await compareTogether(runtime, chosen.slice(at, at + together), rtol)));
  const { adapter } = runtime;
  await runtime.close();
  return {
    ...(adapter === undefined ? {} : { adapter }),
    compared: chosen.length,
    leftOut: all.filter((each) => !chosen.includes(each)).map(({ name }) => name),
    wrong,
  };
}

async function compareTogether(
  runtime: Runtime,
  parts: readonly NamedNetwork[],
  rtol: number,
): Promise<readonly string[]> {
  try {
    const values = await run(runtime, joined(parts));
    return parts.flatMap((part, at) =>
      differences(part, (name) => values.get(joinedName(at, name)), rtol),
    );
  } catch (error) {
    if (parts.length === 1)
      return [`${parts[0]?.name}: ${error instanceof Error ? error.message : String(error)}`];
    const halves = [parts.slice(0, parts.length / 2), parts.slice(parts.length / 2)];
    const found: string[] = [];
    for (const half of halves) found.push(...(await compareTogether(runtime, half, rtol)));
    return found;
  }
}

async function run(
  runtime: Runtime,
  { network, feeds }: NamedNetwork,
): Promise<ReadonlyMap<string, NdArray>> {
  const session = await runtime.open(network, 'training');
  const held = new Map(
    [...feeds].map(([name, { dtype, shape, data }]) => [
      name,
      runtime.hold(literal(dtype as 'f32', shape, data)),
    ]),
  );
  try {
    const outputs = await session.run(held);
    const values = new Map<string, NdArray>();
    for (const [name, output] of outputs) {
      const tensor = await output.read();
      output.free();
      values.set(name, { dtype: tensor.dtype, shape: tensor.shape, data: numbersOf(tensor) });
    }
    return values;
  } finally {
    for (const each of held.values()) each.free();
    session.release();
  }
}

function differences(
  { name, network, feeds }: NamedNetwork,
  valueOf: (output: string) => NdArray | undefined,
  rtol: number,
): readonly string[] {
  return [...evaluate(network, feeds)].flatMap(([output, wanted]) => {
    const got = valueOf(output);
    if (got?.shape.join() !== wanted.shape.join() || got.dtype !== wanted.dtype)
      return [`${name}: ${output} is ${got?.dtype}[${got?.shape.join()}]`];
    const largest = wanted.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const off = wanted.data.findIndex((value, at) => {
      const error = Math.abs((got.data[at] as number) - value);
      return !(error <= rtol * (Math.abs(value) + largest / 10) + 1e-7);
    });
    return off < 0
      ? []
      : [`${name}: ${output}[${off}] is ${got.data[off]}, not ${wanted.data[off]}`];
  });
}
