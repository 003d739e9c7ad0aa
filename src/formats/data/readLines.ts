import type { RawColumn, RawExamples } from '../../core/data/rawExamples.ts';
import type { ByteSource } from '../../core/ports/modelFormats.ts';
import { contentsOf, fileName } from './dataFiles.ts';
import { linesOf, textOf } from './dataText.ts';
import { invalid, type BadRowList } from './failures.ts';
import { maxExamples, maxTextBytes } from './limits.ts';
import type { Pacer } from './pacer.ts';
import { noRows } from './readDelimited.ts';

/**
 * A sentence in each line, its label after the last tab if `labelled`. Empty lines are none; a line
 * without a label or a sentence is listed in `bad`. Of several files, a column `file` tells which.
 *
 * @throws LineageError `dataset-invalid`: no text, no usable line; `file-unreadable`.
 */
export async function readLines(
  files: readonly ByteSource[],
  labelled: boolean,
  bad: BadRowList,
  pacer: Pacer,
): Promise<RawExamples> {
  const sentences: string[] = [];
  const labels: string[] = [];
  const fileOf: string[] = [];
  for (const source of files) {
    const file = source.path;
    for (const { line, text } of linesOf(textOf(await contentsOf(source, maxTextBytes), file))) {
      const pause = pacer.step();
      if (pause !== undefined) await pause;
      if (text.trim() === '') continue;
      const parts = partsOf(text, labelled);
      if (typeof parts === 'string') {
        bad.add({ file, line, reason: parts });
        continue;
      }
      if (sentences.length === maxExamples)
        throw invalid(file, `there are more than ${maxExamples} lines`);
      sentences.push(parts.sentence);
      labels.push(parts.label);
      fileOf.push(fileName(file));
    }
  }
  if (sentences.length === 0) throw noRows(files, bad);
  const columns: RawColumn[] = [{ is: 'strings', name: 'text', values: sentences }];
  if (labelled) columns.push({ is: 'strings', name: 'label', values: labels });
  if (files.length > 1) columns.push({ is: 'strings', name: 'file', values: fileOf });
  return { kind: 'text', count: sentences.length, columns };
}

/** Sentence and label, or why they cannot be told. */
function partsOf(text: string, labelled: boolean): { sentence: string; label: string } | string {
  if (!labelled) return { sentence: text.trim(), label: '' };
  const tab = text.lastIndexOf('\t');
  if (tab < 0) return 'it has no tab before a label';
  const sentence = text.slice(0, tab).trim();
  const label = text.slice(tab + 1).trim();
  if (sentence === '') return 'it has no sentence';
  return label === '' ? 'it has no label' : { sentence, label };
}
