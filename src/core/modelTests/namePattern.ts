/**
 * Whether a whole name fits a pattern, case-sensitive: `*` is any run of characters, `?` is one. Takes
 * at most length × length steps, whatever the pattern: it may come from an imported lineage.
 */
export function matchesName(pattern: string, name: string): boolean {
  const [wanted, given] = [Array.from(pattern), Array.from(name)];
  let p = 0;
  let n = 0;
  // Where the last `*` stood, and up to where of the name it was tried.
  let star = -1;
  let tried = 0;
  while (n < given.length) {
    if (wanted[p] === '*') {
      star = p++;
      tried = n;
    } else if (p < wanted.length && (wanted[p] === '?' || wanted[p] === given[n])) {
      p++;
      n++;
    } else if (star >= 0) {
      p = star + 1;
      n = ++tried;
    } else return false;
  }
  while (wanted[p] === '*') p++;
  return p === wanted.length;
}
