import { LineageError } from '../../core/lineageError.ts';

/**
 * The path of a model's external data file, `/`-separated, in the terms of the main file's path.
 *
 * Only paths that stay in the main file's folder are taken: no `..`, no absolute path, drive,
 * backslash, URL or control character, whether or not such a file was given.
 *
 * @param mainPath - the graph's file, with its folder.
 * @param location - as the graph says it.
 * @throws LineageError `companion-escapes`.
 */
export function companionPath(mainPath: string, location: string): string {
  const parts = location.split('/');
  const escapes =
    location.startsWith('/') ||
    // eslint-disable-next-line no-control-regex -- control characters are what is refused here
    /[\\:\u0000-\u001f]/.test(location) ||
    parts.includes('..');
  if (escapes) throw new LineageError('companion-escapes', { file: mainPath, path: location });
  const folder = mainPath.slice(0, mainPath.lastIndexOf('/') + 1);
  return folder + parts.filter((part) => part !== '' && part !== '.').join('/');
}
