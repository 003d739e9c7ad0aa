type Colour = readonly [number, number, number];

/**
 * Diverging colours from negative over zero to positive: blue and orange differ for all common kinds
 * of colour blindness, and lightness tells how far from zero.
 */
const stops: Readonly<Record<'light' | 'dark', readonly Colour[]>> = {
  light: [[8, 48, 107], [49, 130, 189], [158, 202, 225], [250, 250, 250], [253, 190, 123], [217, 95, 14], [110, 38, 3]],
  dark: [[198, 226, 255], [92, 164, 240], [28, 84, 150], [20, 23, 29], [140, 74, 14], [240, 150, 60], [255, 228, 190]],
}; // prettier-ignore

/** Numbers that are not finite. */
const notFinite: Readonly<Record<'light' | 'dark', Colour>> = {
  light: [200, 0, 130],
  dark: [255, 92, 190],
};

/** Colours of a theme; `of` gives one for a share of the range from −1 to 1. */
export interface HeatColours {
  readonly of: (share: number) => Colour;
  readonly notFinite: Colour;
}

export function heatColours(theme: 'light' | 'dark'): HeatColours {
  const own = stops[theme];
  const steps = 512;
  const table = Array.from({ length: steps + 1 }, (_, step): Colour => {
    const at = (step / steps) * (own.length - 1);
    const low = Math.min(own.length - 2, Math.floor(at));
    const [from, to] = [own[low] ?? [0, 0, 0], own[low + 1] ?? [0, 0, 0]];
    const mix = (i: 0 | 1 | 2) => Math.round(from[i] + (to[i] - from[i]) * (at - low));
    return [mix(0), mix(1), mix(2)];
  });
  return {
    of: (share) => {
      const within = Math.min(1, Math.max(-1, share));
      return table[Math.round(((within + 1) / 2) * steps)] ?? notFinite[theme];
    },
    notFinite: notFinite[theme],
  };
}

/** A value's share of the range, from −1 to 1; by its square root where small ones shall be seen. */
export function shareOf(value: number, range: number, root: boolean): number {
  if (!(range > 0)) return 0;
  const share = value / range;
  return root ? Math.sign(share) * Math.sqrt(Math.abs(share)) : share;
}

/** The cells of a tile as the bytes of a picture, RGBA. */
export function paintCells(
  values: Float32Array,
  range: number,
  root: boolean,
  colours: HeatColours,
): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(4 * values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    const colour =
      value - value === 0 ? colours.of(shareOf(value, range, root)) : colours.notFinite;
    pixels.set(colour, 4 * i);
    pixels[4 * i + 3] = 255;
  }
  return pixels;
}

/** Black or white, which can be read on a colour. */
export function inkOn([r, g, b]: Colour): string {
  return 0.299 * r + 0.587 * g + 0.114 * b > 140 ? '#000' : '#fff';
}

/** The scale as a CSS gradient from −range to range. */
export function gradientOf(colours: HeatColours, root: boolean): string {
  const steps = 16;
  const parts = Array.from({ length: steps + 1 }, (_, step) => {
    const share = shareOf((2 * step) / steps - 1, 1, root);
    return `rgb(${colours.of(share).join(' ')})`;
  });
  return `linear-gradient(to right, ${parts.join(', ')})`;
}
