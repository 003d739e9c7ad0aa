/** The numbers of a text, with commas, semicolons, brackets or white space between; undefined for others. */
export function readNumbers(text: string): number[] | undefined {
  const parts = text.split(/[\s,;[\]]+/).filter(Boolean);
  const values = parts.map(Number);
  return values.every(Number.isFinite) ? values : undefined;
}
