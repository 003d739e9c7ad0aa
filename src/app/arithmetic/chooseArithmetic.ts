import { isLineageError } from '../../core/lineageError.ts';
import type { Compute } from '../../core/ports/compute.ts';
import type { Cancellation } from '../../core/ports/run.ts';
import { computeArithmetic, plainArithmetic, type TensorArithmetic } from './tensorArithmetic.ts';

/** What the probe found of one way to compute. */
export interface ArithmeticSpeed {
  readonly on: 'plain' | 'wasm' | 'webgpu';
  /** Bytes of `values` a second, of `steps`, by 1e6: best of three, there and back. */
  readonly megabytesPerSecond: number;
  /** Whether it gave the bits of the definition; one that does not is never used. */
  readonly exact: boolean;
}

export interface ChosenArithmetic {
  readonly on: ArithmeticSpeed['on'];
  readonly arithmetic: TensorArithmetic;
  readonly speeds: readonly ArithmeticSpeed[];
}

/** Elements of the probe: a chunk of 4 MiB. */
const probeElements = 1 << 20;
const rounds = 3;

/** Another way has to be this much faster: what it needs beside, a device and its memory, is not free. */
const worthIt = 1.2;

/**
 * The fastest of this thread and the devices, by trying each on a chunk; a device that fails or gives other
 * bits is left out. A GPU in software is the processor by a longer way, and is not tried.
 */
export async function chooseArithmetic(
  compute: Compute,
  now: () => number,
  signal: Cancellation,
): Promise<ChosenArithmetic> {
  const { webgpu } = await compute.describe();
  const hasGpu = webgpu.is === 'ready' && !webgpu.software;
  const ways = [
    { on: 'plain' as const, arithmetic: plainArithmetic },
    ...(hasGpu ? (['webgpu', 'wasm'] as const) : (['wasm'] as const)).map((on) => ({
      on,
      arithmetic: computeArithmetic(compute, on, signal),
    })),
  ];
  const speeds: ArithmeticSpeed[] = [];
  for (const way of ways) speeds.push(...(await speedOf(way, now)));
  const on = fastest(speeds);
  return {
    on,
    arithmetic: ways.find((way) => way.on === on)?.arithmetic ?? plainArithmetic,
    speeds,
  };
}

/** The plain way, unless another exact one is clearly faster. */
export function fastest(speeds: readonly ArithmeticSpeed[]): ArithmeticSpeed['on'] {
  const handicap = ({ on, megabytesPerSecond }: ArithmeticSpeed) =>
    on === 'plain' ? megabytesPerSecond * worthIt : megabytesPerSecond;
  return (
    speeds.filter(({ exact }) => exact).sort((a, b) => handicap(b) - handicap(a))[0]?.on ?? 'plain'
  );
}

/** None where the device does not work. */
async function speedOf(
  { on, arithmetic }: Pick<ChosenArithmetic, 'on' | 'arithmetic'>,
  now: () => number,
): Promise<ArithmeticSpeed[]> {
  const { values, base, step } = probeTensors();
  const wanted = await plainArithmetic.steps(values, base, step);
  let exact = true;
  let least = Infinity;
  try {
    for (let round = 0; round < rounds; round++) {
      const since = now();
      const found = await arithmetic.steps(values, base, step);
      least = Math.min(least, now() - since);
      exact &&= found.every((each, at) => each === wanted[at]);
    }
  } catch (error) {
    if (isLineageError(error)) return [];
    throw error;
  }
  return [{ on, megabytesPerSecond: values.byteLength / 1e3 / Math.max(least, 1e-3), exact }];
}

/** Weights and their trained successors, ties and what is not finite among them. */
function probeTensors() {
  const step = 2 ** -12;
  const base = new Float32Array(probeElements);
  const values = new Float32Array(probeElements);
  for (let i = 0; i < probeElements; i++) {
    base[i] = Math.sin(i * 1.7) / 4;
    values[i] = (base[i] as number) + (i % 7 === 0 ? (i % 9) * step * 0.5 : Math.cos(i) * 1e-3);
  }
  values.set([NaN, Infinity, -Infinity, -0, 1e38]);
  return { values, base, step };
}
