import { fileName } from './dataFiles.ts';

/** Whether a file's name says that it is about the data and not the data: a licence, a read-me. */
export function isDocument(path: string): boolean {
  const name = fileName(path);
  return (
    name.startsWith('.') ||
    /^(thumbs\.db|index)$/i.test(name) ||
    /^(readme|licen[cs]e|source|notice|citation|changelog|copying)\b/i.test(name) ||
    /\.(md|names|pdf|html?|docx?|rtf|bib)$/i.test(name)
  );
}
