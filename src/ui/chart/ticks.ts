/** Round values between `low` and `high`: about `about` of them, steps of 1, 2 or 5 × a power of ten. */
export function ticks(low: number, high: number, about: number): number[] {
  const span = high - low;
  if (!(span > 0)) return [low];
  // Rather a few more than half as many.
  const raw = span / Math.max(1, about) / 1.4;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= raw) ?? 10) * power;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  // Multiplied anew each time and cut to the step's digits: sums of 0.1 drift.
  return Array.from({ length: last - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

/** Powers of ten, or with few of them also 2 and 5 times those, between `low` and `high`, both > 0. */
export function logTicks(low: number, high: number): number[] {
  const [from, to] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const factors = to - from > 3 ? [1] : to - from > 1 ? [1, 3] : [1, 2, 5];
  const all: number[] = [];
  const stride = Math.max(1, Math.ceil((to - from) / 6));
  for (let power = from; power <= to; power += stride)
    for (const factor of factors) all.push(Number((factor * 10 ** power).toPrecision(6)));
  return all.filter((value) => value >= low * 0.999 && value <= high * 1.001);
}

/** A tick's label, short: `0.05`, `1 k`, `2e-5`. */
export function tickText(value: number): string {
  const size = Math.abs(value);
  if (value === 0) return '0';
  if (size >= 1e6 || size < 1e-3) return value.toExponential(0).replace('+', '').replace('-', '−');
  if (size >= 1e4) return `${value / 1000} k`;
  return `${Number(value.toPrecision(4))}`.replace('-', '−');
}
