/** "1,210". */
export function counted(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** "1 epoch", "3 epochs". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${counted(count)} ${count === 1 ? one : many}`;
}

/** A small number for people: three digits that count. */
export function rounded(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** "a", "a and b", "a, b and 3 more". */
export function listed(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most);
  const rest = names.length - shown.length;
  const last = rest > 0 ? `${counted(rest)} more` : shown.pop();
  return shown.length === 0 ? (last ?? 'none') : `${shown.join(', ')} and ${last ?? ''}`;
}
