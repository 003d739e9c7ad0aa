import { utf8 } from '../text.ts';
import { invalid } from './failures.ts';

/**
 * The text of a file, its byte order mark left out.
 *
 * @throws LineageError `dataset-invalid` for bytes that are not UTF-8, with the line.
 */
export function textOf(bytes: Uint8Array, file: string): string {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    throw invalid(file, 'its text is UTF-16: save it as UTF-8');
  const text = utf8(bytes);
  if (text === undefined) throw invalid(file, 'its text is not UTF-8', firstBadLine(bytes));
  if (text.includes('\0')) {
    const line = text.slice(0, text.indexOf('\0')).split('\n').length;
    throw invalid(file, 'it holds zero bytes, so it is no text', line);
  }
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

function firstBadLine(bytes: Uint8Array): number {
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const end = bytes.indexOf(10, start);
    const stop = end < 0 ? bytes.length : end + 1;
    if (utf8(bytes.subarray(start, stop)) === undefined) return line;
    start = stop;
  }
  return line;
}

/** The lines of a text with their numbers from 1, without what ends them. */
export function* linesOf(
  text: string,
): Generator<{ readonly line: number; readonly text: string }> {
  let line = 1;
  for (let start = 0; start < text.length; line++) {
    const end = text.indexOf('\n', start);
    const stop = end < 0 ? text.length : end;
    const last = text.charCodeAt(stop - 1) === 13 && stop > start ? stop - 1 : stop;
    yield { line, text: text.slice(start, last) };
    start = stop + 1;
  }
}
