/**
 * The element at `index` of an array that is known to have one.
 *
 * @throws Error when there is none: a bug of ours.
 */
export function at<T>(array: ArrayLike<T>, index: number): T {
  const value = array[index];
  if (value === undefined) throw new Error(`Index ${index} of ${array.length} is out of range.`);
  return value;
}
