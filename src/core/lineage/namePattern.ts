/**
 * Whether the whole of `name` fits `pattern`: `*` is any run of characters, also none, `?` is exactly one,
 * every other character is itself; case counts. A character is a Unicode code point.
 *
 * Time is at most the product of both lengths, whatever the pattern: it may come from a file that somebody
 * else has written. After a mismatch only the latest `*` takes one character more, since an earlier one
 * can gain nothing by it.
 */
export function matchesName(pattern: string, name: string): boolean {
  const wanted = Array.from(pattern);
  const given = Array.from(name);
  let p = 0;
  let n = 0;
  /** Where the latest `*` is, and the first character that it does not take yet. */
  let star = -1;
  let resume = 0;
  while (n < given.length) {
    if (wanted[p] === '*') {
      star = p++;
      resume = n;
    } else if (p < wanted.length && (wanted[p] === '?' || wanted[p] === given[n])) {
      p += 1;
      n += 1;
    } else if (star >= 0) {
      p = star + 1;
      n = ++resume;
    } else return false;
  }
  while (wanted[p] === '*') p += 1;
  return p === wanted.length;
}
