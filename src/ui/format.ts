const byteUnits = ['kB', 'MB', 'GB', 'TB', 'PB'] as const;
const countUnits = ['k', 'M', 'B', 'T'] as const;

/** Three significant digits without a trailing exponent: 1.23, 12.3, 123. */
function threeDigits(value: number): string {
  return value.toFixed(value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2);
}

function scaled(value: number, units: readonly string[], gap: string): string {
  let rest = value / 1000;
  let unit = 0;
  while (rest >= 999.5 && unit < units.length - 1) {
    rest /= 1000;
    unit += 1;
  }
  return `${threeDigits(rest)}${gap}${units[unit] ?? ''}`;
}

/** A size in decimal units: `0 B`, `999 B`, `1.00 kB`, `12.3 MB`. */
export function bytes(size: number): string {
  if (!Number.isFinite(size)) return '–';
  if (size < 0) return `−${bytes(-size)}`;
  const whole = Math.round(size);
  return whole < 1000 ? `${whole} B` : scaled(whole, byteUnits, ' ');
}

/** A whole number with groups of three: `11,173,962`. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-GB');
}

/** A large count in short: `999`, `11.2 M`. */
export function shortCount(value: number): string {
  return value < 1000 ? count(value) : scaled(value, countUnits, ' ');
}

/** A count with its noun: `1 model`, `3 models`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** A share of one, as a percentage: `0 %`, `under 0.1 %`, `3.4 %`, `97 %`. */
export function percent(share: number): string {
  if (!Number.isFinite(share)) return '–';
  const value = share * 100;
  if (value > 0 && value < 0.05) return 'under 0.1 %';
  return `${value !== 0 && Math.abs(value) < 10 ? value.toFixed(1) : value.toFixed(0)} %`;
}

/** How many times smaller: `2.41×`; a dash when nothing is stored. */
export function ratio(before: number, after: number): string {
  return before > 0 && after > 0 ? `${threeDigits(before / after)}×` : '–';
}

/** A real number for a table: at most five significant digits. */
export function real(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  if (value === 0) return '0';
  const size = Math.abs(value);
  const text = size >= 1e5 || size < 1e-3 ? value.toExponential(3) : value.toPrecision(5);
  return text.replace('-', '−');
}

/** `[64, 3, 7, 7]`; `scalar` for no extents. */
export function shape(extents: readonly (number | string)[]): string {
  return extents.length === 0 ? 'scalar' : `[${extents.join(', ')}]`;
}

/** A date and time in the reader's zone: `21 Nov 2026, 13:45`. */
export function date(at: number): string {
  return new Date(at).toLocaleString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  });
}

/** How long ago, in words: `just now`, `5 min ago`; a date when over a day. */
export function ago(at: number, now: number): string {
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`;
  return date(at);
}

/** A span of time: `under 1 s`, `42 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 1) return 'under 1 s';
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** The first eight digits of a hash, for display. */
export function shortId(id: string): string {
  return id.slice(0, 8);
}
