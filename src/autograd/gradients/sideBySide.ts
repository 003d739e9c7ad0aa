import type { GraphBuilder } from '../graphBuilder.ts';
import { windowSurplus, type WindowAxis } from '../shapes/windows.ts';

/** Whether windows lie side by side from the first element on, none over padding. */
export function sideBySide(axes: readonly WindowAxis[]): boolean {
  return axes.every(
    (axis) =>
      axis.kernel === axis.stride &&
      (axis.dilation === 1 || axis.kernel === 1) &&
      axis.begin === 0 &&
      windowSurplus(axis) >= axis.end,
  );
}

/**
 * Each position's value at all elements of its window, for windows side by side; zero for elements
 * behind the last window.
 */
export function repeated(b: GraphBuilder, value: string, axes: readonly WindowAxis[]): string {
  const rest = axes.map(({ input, output, kernel }) => input - output * kernel);
  const made = enlarged(b, value, axes);
  if (rest.every((extent) => extent === 0)) return made;
  const none = axes.map(() => 0);
  return b.op('Pad', [made, b.ints([0, 0, ...none, 0, 0, ...rest])]);
}

/** The same without what lies behind the last window. */
export function enlarged(b: GraphBuilder, value: string, axes: readonly WindowAxis[]): string {
  if (axes.every(({ kernel }) => kernel === 1)) return value;
  const scales = [1, 1, ...axes.map(({ kernel }) => kernel)];
  return b.op('Resize', [value, '', b.floats([scales.length], scales)], {
    mode: 'nearest',
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: 'floor',
  });
}

/** The part of an input that windows side by side cover. */
export function covered(b: GraphBuilder, x: string, axes: readonly WindowAxis[]): string {
  if (axes.every(({ input, output, kernel }) => input === output * kernel)) return x;
  return b.op('Slice', [
    x,
    b.ints(axes.map(() => 0)),
    b.ints(axes.map(({ output, kernel }) => output * kernel)),
    b.ints(axes.map((_, at) => at + 2)),
  ]);
}
