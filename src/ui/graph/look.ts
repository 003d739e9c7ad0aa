import { categories, type Shade } from '../../core/graphView/colouring.ts';
import type { Look } from './renderer.ts';

export type ThemeName = 'light' | 'dark';

/**
 * Colours of the categories, apart from each other for the common kinds of colour blindness and at
 * least 3:1 against the theme's background.
 *
 * Source: after Okabe and Ito, Color Universal Design (2008), made darker and lighter for the themes.
 */
const palettes: Readonly<Record<ThemeName, readonly string[]>> = {
  light: ['#2f6fb3', '#b8620a', '#0f8068', '#b0447f', '#7a6a00', '#6f55c4', '#c1442e', '#3d7f9e'],
  dark: ['#6fb1f0', '#f0a04b', '#4fcfac', '#ee8fc0', '#dccb4a', '#b09cff', '#ff8a75', '#86d3ee'],
};

const others: Readonly<Record<ThemeName, string>> = { light: '#737e8f', dark: '#8d99ac' };

/** Ends of the ramp: little to much; lightness carries it, so it reads without hue. */
const ramps: Readonly<Record<ThemeName, readonly [Rgb, Rgb]>> = {
  light: [
    [122, 168, 204],
    [58, 22, 98],
  ],
  dark: [
    [62, 84, 128],
    [252, 224, 130],
  ],
};

type Rgb = readonly [red: number, green: number, blue: number];

/** The CSS colour of a shade in a theme. */
export function colourOf(shade: Shade | undefined, theme: ThemeName): string {
  if (shade?.is === 'category') {
    return palettes[theme][shade.number % categories] ?? others[theme];
  }
  if (shade?.is === 'ramp') {
    const [low, high] = ramps[theme];
    const mixed = low.map((from, i) => Math.round(from + ((high[i] ?? from) - from) * shade.share));
    return `rgb(${mixed.join(', ')})`;
  }
  return others[theme];
}

/** The theme's colours as `element` inherits them. */
export function lookOf(element: Element): Look {
  const style = getComputedStyle(element);
  const read = (name: string, otherwise: string) =>
    style.getPropertyValue(name).trim() || otherwise;
  const accent = read('--accent', '#2f57c9');
  return {
    background: read('--bg', '#f3f5f8'),
    surface: read('--surface', '#ffffff'),
    text: read('--text', '#182030'),
    muted: read('--text-muted', '#525d70'),
    border: read('--border-strong', '#7d8797'),
    accent,
    provenance: read('--provenance', accent),
    version: read('--version', '#8a3ba8'),
    success: read('--success', '#1b7f4b'),
    danger: read('--danger', '#b3261e'),
    warning: read('--warning', '#8a5a00'),
    font: style.fontFamily || 'sans-serif',
  };
}
