import type { WindowAxis } from '../../shapes/windows.ts';

/** Where one tap of a window meets the input, for all positions of the window. */
export interface Tap {
  /** Flat index of the tap in the kernel. */
  readonly index: number;
  /** Flat offset of the first window position of each row of positions that lie on the input. */
  readonly output: Int32Array;
  /** Flat offset of the input element under that position. */
  readonly input: Int32Array;
  /** Positions in each row; the next one is 1 further in the output, `step` further in the input. */
  readonly length: number;
  readonly step: number;
}

/**
 * All taps of a window over up to three axes, in the kernel's order: what convolution and pooling loop
 * over, so that their inner loops run over plain offsets.
 */
export function tapsOf(axes: readonly WindowAxis[]): readonly Tap[] {
  const [depth = single, height = single, width = single] = [
    ...new Array<WindowAxis>(Math.max(0, 3 - axes.length)).fill(single),
    ...axes,
  ];
  const taps: Tap[] = [];
  for (let z = 0; z < depth.kernel; z++)
    for (let y = 0; y < height.kernel; y++)
      for (let x = 0; x < width.kernel; x++) {
        const output: number[] = [];
        const input: number[] = [];
        const [left, right] = rangeOf(width, x);
        for (const [oz, iz] of along(depth, z))
          for (const [oy, iy] of along(height, y)) {
            output.push((oz * height.output + oy) * width.output + left);
            input.push(
              (iz * height.input + iy) * width.input +
                left * width.stride +
                x * width.dilation -
                width.begin,
            );
          }
        taps.push({
          index: taps.length,
          output: Int32Array.from(output),
          input: Int32Array.from(input),
          length: Math.max(0, right - left),
          step: width.stride,
        });
      }
  return taps;
}

const single: WindowAxis = {
  input: 1,
  output: 1,
  kernel: 1,
  stride: 1,
  dilation: 1,
  begin: 0,
  end: 0,
};

/** Positions [first, behind the last) whose tap `k` lies on the input. */
function rangeOf(axis: WindowAxis, k: number): readonly [number, number] {
  const offset = k * axis.dilation - axis.begin;
  const first = Math.max(0, Math.ceil(-offset / axis.stride));
  const behind = Math.min(axis.output, Math.floor((axis.input - 1 - offset) / axis.stride) + 1);
  return [first, behind];
}

function along(axis: WindowAxis, k: number): readonly (readonly [number, number])[] {
  const [first, behind] = rangeOf(axis, k);
  return Array.from({ length: Math.max(0, behind - first) }, (_, at) => {
    const position = first + at;
    return [position, position * axis.stride + k * axis.dilation - axis.begin] as const;
  });
}
