import type { DataKind, Reading } from '../../core/data/dataset.ts';
import type { ByteSource } from '../../core/ports/modelFormats.ts';
import { utf8 } from '../text.ts';
import { isGzip } from '../../codecs/gunzip.ts';
import { contentsOf, headOf } from './dataFiles.ts';
import { linesOf, textOf } from './dataText.ts';
import { maxTextBytes } from './limits.ts';
import { numberOf } from './numberColumn.ts';
import { recordsOf, type DataRecord, type Delimiter } from './records.ts';

/** How a text would be read. */
export interface TextProposal {
  readonly kind: DataKind;
  readonly reading: Reading;
}

const sampleBytes = 256 * 1024;
const sampleRecords = 2000;

/**
 * Whether a text is a table or sentences, with its delimiter, its header and its label.
 *
 * @throws LineageError `dataset-invalid` where it is no UTF-8; `file-unreadable`.
 */
export async function sniffText(file: ByteSource): Promise<TextProposal> {
  const text = await sampleOf(file);
  const lines = [...linesOf(text)].map((line) => line.text).filter((line) => line.trim() !== '');
  if (isSentences(lines)) return { kind: 'text', reading: { is: 'lines', labelled: true } };
  const table = bestTable(text);
  if (table === undefined) return { kind: 'text', reading: { is: 'lines', labelled: false } };
  return tableProposal(table);
}

/** The first lines; a line that the sample cuts is left out. */
async function sampleOf(file: ByteSource): Promise<string> {
  const head = await headOf(file, sampleBytes);
  if (isGzip(head)) return textOf(await contentsOf(file, maxTextBytes), file.path).slice(0, sampleBytes); // prettier-ignore
  if (head.length === file.sizeBytes) return textOf(head, file.path);
  const end = head.lastIndexOf(10);
  const whole = end > 0 ? head.subarray(0, end + 1) : head;
  // A single line longer than the sample may be cut within a character.
  for (let cut = 0; end <= 0 && cut < 4; cut++)
    if (utf8(whole.subarray(0, whole.length - cut)) !== undefined)
      return textOf(whole.subarray(0, whole.length - cut), file.path);
  return textOf(whole, file.path);
}

/** Sentences with a short label after the last tab. */
function isSentences(lines: readonly string[]): boolean {
  const cut = lines.map((line) => [line.slice(0, line.lastIndexOf('\t')), line.slice(line.lastIndexOf('\t') + 1)] as const); // prettier-ignore
  const share = (count: number): number => count / Math.max(1, lines.length);
  const tabbed = lines.filter((line) => line.includes('\t')).length;
  const spoken = cut.filter(([sentence]) => sentence.trim().includes(' ') && !sentence.includes('\t')).length; // prettier-ignore
  const labels = new Set(cut.map(([, label]) => label.trim()));
  const few = labels.size <= Math.max(2, lines.length / 2);
  return share(tabbed) >= 0.9 && share(spoken) >= 0.7 && few;
}

interface Table {
  readonly delimiter: Delimiter;
  readonly records: readonly DataRecord[];
  readonly columns: number;
}

/** The delimiter by which nearly all records have equally many fields, at least two. */
function bestTable(text: string): Table | undefined {
  for (const delimiter of ['\t', ',', ';', ' '] as const) {
    const table = tableBy(text, delimiter);
    if (table !== undefined) return table;
  }
  return undefined;
}

function tableBy(text: string, delimiter: Delimiter): Table | undefined {
  const records: DataRecord[] = [];
  for (const record of recordsOf(text, delimiter)) {
    records.push(record);
    if (records.length === sampleRecords) break;
  }
  const { columns, times } = commonWidth(records);
  // Words are apart by spaces too: a table by spaces has numbers, and hardly an uneven row.
  const spaces = delimiter === ' ';
  if (columns < 2 || times < (spaces ? 0.99 : 0.8) * records.length) return undefined;
  if (spaces && !records.slice(1).every(hasNumber)) return undefined;
  return { delimiter, records: records.filter(({ fields }) => fields.length === columns), columns };
}

/** How many fields most records have, and how many records have as many. */
function commonWidth(records: readonly DataRecord[]): { columns: number; times: number } {
  const counts = new Map<number, number>();
  for (const { fields } of records) counts.set(fields.length, (counts.get(fields.length) ?? 0) + 1);
  const [columns = 0, times = 0] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [];
  return { columns, times };
}

function hasNumber({ fields }: DataRecord): boolean {
  return fields.some((field) => numberOf(field) !== undefined);
}

function tableProposal({ delimiter, records, columns: count }: Table): TextProposal {
  const header = hasHeader(records);
  const names = records[0]?.fields ?? [];
  const columns = uniqueNames(
    Array.from({ length: count }, (_, at) => {
      const name = header ? (names[at] ?? '').trim() : '';
      return name === '' ? `c${at + 1}` : name;
    }),
  );
  const rows = header ? records.slice(1) : records;
  const profiles = columns.map((name, at) => profile(name, rows.map(({ fields }) => (fields[at] ?? '').trim()))); // prettier-ignore
  const label = labelColumn(profiles);
  const others = profiles.filter((one) => one !== label);
  const spoken = others.some((one) => one.prose) && !others.some((one) => one.numeric);
  return {
    kind: spoken ? 'text' : 'table',
    reading: {
      is: 'delimited',
      delimiter,
      header,
      columns,
      ...(label === undefined ? {} : { label: label.name }),
    },
  };
}

const labelNames = /^(label|class|target|y|species|category|digit|sentiment|outcome|type)$/i;

/** Names above numbers, or names that only a header has. */
function hasHeader(records: readonly DataRecord[]): boolean {
  const [first, ...rest] = records;
  if (first === undefined || rest.length === 0) return false;
  const names = first.fields.map((field) => field.trim());
  if (names.some((name) => numberOf(name) !== undefined)) return false;
  if (new Set(names).size < names.length) return false;
  if (names.some((name) => labelNames.test(name) || /^(text|sentence|review)$/i.test(name)))
    return true;
  return names.some(
    (_, at) =>
      rest.filter(({ fields }) => numberOf(fields[at] ?? '') !== undefined).length >
      rest.length / 2,
  );
}

/** Names that occur twice get their place added. */
function uniqueNames(names: readonly string[]): string[] {
  const seen = new Set<string>();
  return names.map((name, at) => {
    let unique = name;
    while (seen.has(unique)) unique = `${unique}_${at + 1}`;
    seen.add(unique);
    return unique;
  });
}

interface Profile {
  readonly name: string;
  readonly numeric: boolean;
  readonly whole: boolean;
  readonly prose: boolean;
  readonly different: number;
  readonly rows: number;
}

function profile(name: string, values: readonly string[]): Profile {
  const numbers = values.map(numberOf).filter((value) => value !== undefined);
  return {
    name,
    numeric: numbers.length >= 0.95 * values.length,
    whole: numbers.every((value) => Number.isInteger(value)),
    prose: values.filter((value) => value.includes(' ')).length > values.length / 2,
    different: new Set(values).size,
    rows: values.length,
  };
}

/** By name; else a column of names at either end; else the whole numbers at either end with fewer values. */
function labelColumn(profiles: readonly Profile[]): Profile | undefined {
  const named = profiles.find(({ name }) => labelNames.test(name));
  if (named !== undefined) return named;
  const ends = [profiles.at(-1), profiles[0]].filter((one) => one !== undefined);
  const few = (one: Profile): boolean => one.different >= 2 && one.different <= Math.max(2, one.rows / 2); // prettier-ignore
  const category = ends.find((one) => !one.numeric && !one.prose && few(one));
  if (category !== undefined) return category;
  return ends
    .filter((one) => one.numeric && one.whole && few(one) && one.different <= 100)
    .sort((a, b) => a.different - b.different)[0];
}
