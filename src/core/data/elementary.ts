/*
 * Logarithm, exponential and sine from additions and multiplications alone. JavaScript leaves the last
 * bits of its own to the engine, and prepared data has to be equal bit for bit in every browser.
 * Source: ECMA-262, "Function Properties of the Math Object": implementation-approximated.
 */

const log2 = Math.LN2;
const bits = new DataView(new ArrayBuffer(8));

/** ln `x` of a positive, finite, normal number; relative error below 1e-14. */
export function naturalLog(x: number): number {
  bits.setFloat64(0, x);
  const high = bits.getUint32(0);
  let exponent = (high >>> 20) - 1023;
  bits.setUint32(0, (high & 0xfffff) | 0x3ff00000);
  let mantissa = bits.getFloat64(0);
  if (mantissa > Math.SQRT2) {
    mantissa /= 2;
    exponent++;
  }
  // ln m = 2 artanh((m − 1) / (m + 1)), of which the argument is at most 0.172.
  const ratio = (mantissa - 1) / (mantissa + 1);
  const square = ratio * ratio;
  let sum = 0;
  for (let k = 19; k >= 1; k -= 2) sum = sum * square + 1 / k;
  return 2 * ratio * sum + exponent * log2;
}

/** e^`x`, |x| ≤ 700; relative error below 1e-13. */
export function exponential(x: number): number {
  const power = Math.round(x / log2);
  const rest = x - power * log2;
  let sum = 1;
  for (let k = 14; k >= 1; k--) sum = 1 + (sum * rest) / k;
  // 2 ** power of an integer is exact in every engine only by its bits.
  bits.setFloat64(0, 0);
  bits.setUint32(0, (power + 1023) << 20);
  return sum * bits.getFloat64(0);
}

/** sin(π x); absolute error below 1e-14 for |x| ≤ 1e6, exact at multiples of a half. */
export function sinPi(x: number): number {
  // To −0.5 … 0.5 by sin π(x − 2n) = sin πx and sin π(1 − x) = sin πx.
  let turn = x - 2 * Math.round(x / 2);
  if (turn > 0.5) turn = 1 - turn;
  else if (turn < -0.5) turn = -1 - turn;
  if (turn > 0.25) return cosine((0.5 - turn) * Math.PI);
  if (turn < -0.25) return -cosine((0.5 + turn) * Math.PI);
  return sine(turn * Math.PI);
}

/** cos(π x); absolute error below 1e-14 for |x| ≤ 1e6, exact at multiples of a half. */
export function cosPi(x: number): number {
  return sinPi(x + 0.5);
}

/** Taylor's series, |angle| ≤ π / 4. */
function sine(angle: number): number {
  const square = angle * angle;
  let sum = 1;
  for (let k = 16; k >= 2; k -= 2) sum = 1 - (sum * square) / (k * (k + 1));
  return angle * sum;
}

function cosine(angle: number): number {
  const square = angle * angle;
  let sum = 1;
  for (let k = 17; k >= 1; k -= 2) sum = 1 - (sum * square) / (k * (k + 1));
  return sum;
}
