import type { Augmentation } from '../../src/core/data/dataUse.ts';

/** A change of pictures, sized for those of `side` pixels. */
export interface Perturbation {
  readonly name: string;
  readonly change: Augmentation;
}

/** The nine perturbations of S2, in the order in which versions take them on. */
export function perturbations(side: number): readonly Perturbation[] {
  const pixels = (share: number): number => Math.max(1, Math.round(side * share));
  return [
    { name: 'noise', change: { is: 'noise', deviation: 0.2 } },
    { name: 'salt-and-pepper', change: { is: 'salt-and-pepper', share: 0.1 } },
    { name: 'blur', change: { is: 'blur', radius: side / 20 } },
    { name: 'shift', change: { is: 'shift', pixels: pixels(0.1) } },
    { name: 'rotation', change: { is: 'rotate', degrees: 20 } },
    // Below 1 the range of a fixed copy becomes so much smaller.
    { name: 'contrast', change: { is: 'contrast', factor: 0.4 } },
    { name: 'occlusion', change: { is: 'occlude', pixels: pixels(0.3) } },
    { name: 'invert', change: { is: 'invert' } },
    { name: 'pixelate', change: { is: 'pixelate', pixels: pixels(0.1) } },
  ];
}
