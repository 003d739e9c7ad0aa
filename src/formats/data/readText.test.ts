import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Reading } from '../../core/data/dataset.ts';
import { isLineageError } from '../../core/lineageError.ts';
import { valueText } from '../../core/data/rawExamples.ts';
import { gzipSync } from 'node:zlib';
import { memorySource } from '../memorySource.fixture.ts';
import { quietRun, testPorts, textSource } from './dataset.fixture.ts';
import { readDataset } from './readDataset.ts';
import { recordsOf, type Delimiter } from './records.ts';
import { sniffData } from './sniffData.ts';

function table(columns: readonly string[], more: Partial<Extract<Reading, { is: 'delimited' }>> = {}): Reading {
  return { is: 'delimited', delimiter: ',', header: false, columns, ...more };
} // prettier-ignore

function read(text: string, reading: Reading, name = 'data.csv') {
  return readDataset([textSource(name, text)], reading, testPorts, quietRun);
}

async function proposed(...texts: readonly string[]) {
  const sniffed = await sniffData(texts.map((text, at) => textSource(`data${at}.csv`, text)));
  if (sniffed.is === 'nothing') throw new Error(sniffed.why);
  return sniffed;
}

describe('records', () => {
  test('come back from what a writer of RFC 4180 wrote', () => {
    const field = fc.oneof(
      fc.string(),
      fc.constantFrom('a,b', 'say "x"', 'two\nlines', 'two\r\nlines', ' ', '"'),
    );
    const cell = (value: string): string => `"${value.replaceAll('"', '""')}"`;
    const bare = (value: string): string => (/^[\w .;-]+$/.test(value) ? value : cell(value));
    fc.assert(
      fc.property(
        fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 }),
        fc.constantFrom<Delimiter>(',', '\t'), fc.constantFrom('\n', '\r\n'), fc.boolean(),
        (rows, delimiter, end, quoteAll) => {
          const text = rows.map((row) => row.map(quoteAll ? cell : bare).join(delimiter)).join(end);
          const records = [...recordsOf(text, delimiter)];
          expect(records.map(({ fields }) => fields)).toEqual(rows);
          expect(records.every(({ problem }) => problem === undefined)).toBe(true);
        },
      ),
      { numRuns: 300 },
    ); // prettier-ignore
  });

  test('know the line they begin in, past quoted line ends and empty lines', () => {
    const text = 'a,"1\n2"\n\nb,3\r\n\r\nc,"4\r\n\r\n5"\nd,6';
    expect([...recordsOf(text, ',')].map(({ line, fields }) => [line, fields[0]])).toEqual([
      [1, 'a'], [4, 'b'], [6, 'c'], [9, 'd'],
    ]); // prettier-ignore
  });

  test('take several spaces as one delimiter', () => {
    expect([...recordsOf('  1  2 3  \n4 5 6', ' ')].map(({ fields }) => fields)).toEqual([
      ['1', '2', '3'], ['4', '5', '6'],
    ]); // prettier-ignore
  });

  test('name a quote that is never closed, and text after one', () => {
    expect([...recordsOf('a,b\nc,"d\ne', ',')].at(-1)?.problem).toBe('the quote that opens in line 2 is never closed');
    expect([...recordsOf('a,"b"c\nd,e', ',')].map(({ problem }) => problem)).toEqual(['text follows a closing quote', undefined]);
  }); // prettier-ignore
});

describe('tables', () => {
  test('list bad rows with their line and reason, and keep the others', async () => {
    const good = Array.from({ length: 60 }, (_, i) => `${i},${i * 2},a`).join('\n');
    const { examples, summary } = await read(`x,y,label\n${good}\n1,2\n3,?,b\n4,oops,b\n5,,b\n6,7,\n8,9,b`, table(['x', 'y', 'label'], { header: true, label: 'label' })); // prettier-ignore
    expect(examples.count).toBe(61);
    expect(summary.badRowCount).toBe(5);
    expect(summary.badRows).toEqual([
      { file: 'data.csv', line: 62, reason: 'it has 2 values, not 3' },
      { file: 'data.csv', line: 63, reason: '"y" is missing' },
      { file: 'data.csv', line: 64, reason: '"y" is "oops", not a number' },
      { file: 'data.csv', line: 65, reason: '"y" is missing' },
      { file: 'data.csv', line: 66, reason: '"label" is missing' },
    ]);
    expect(summary.columns.map(({ type }) => type)).toEqual(['number', 'number', 'category']);
    expect(summary.columns[2]?.values).toEqual([{ value: 'a', count: 60 }, { value: 'b', count: 1 }]); // prettier-ignore
  });

  test('count bad rows beyond the hundred that are listed', async () => {
    const { summary } = await read(`1,2\n${'3\n'.repeat(250)}`, table(['a', 'b']));
    expect([summary.badRows.length, summary.badRowCount]).toEqual([100, 250]);
  });

  test('keep numbers as they are: bytes, fractions and large ids', async () => {
    const { examples } = await read('255,0.1,20231115001,-1\n0,1e-3,20231115002,+2.', table(['a', 'b', 'c', 'd'])); // prettier-ignore
    const kinds = examples.columns.map((column) => (column.is === 'numbers' ? column.data.constructor.name : '')); // prettier-ignore
    expect(kinds).toEqual(['Uint8Array', 'Float32Array', 'Float64Array', 'Float32Array']);
    expect(examples.columns.map((column) => valueText(column, 0))).toEqual(['255', '0.1', '20231115001', '-1']); // prettier-ignore
  });

  test('are told apart by file where there are several', async () => {
    const files = [textSource('f/a.csv', '1,2'), textSource('f/b.csv', '3,4')];
    const { examples } = await readDataset(files, table(['x', 'y']), testPorts, quietRun);
    expect(examples.columns[2]).toEqual({
      is: 'strings',
      name: 'file',
      values: ['a.csv', 'b.csv'],
    });
  });

  test('say why when no row can be used', async () => {
    await expect(read('1\n2', table(['a', 'b']))).rejects.toMatchObject({ code: 'dataset-invalid', data: { file: 'data.csv', line: 1 } }); // prettier-ignore
    await expect(read('', table(['a', 'b']))).rejects.toMatchObject({ code: 'dataset-invalid' });
    await expect(read('a\tb\0c', { is: 'lines', labelled: false })).rejects.toThrow(/zero bytes/);
  });

  test('are UTF-8, with a byte order mark or without; else the line is named', async () => {
    const { examples } = await read('\ufeff1,ä\n2,ö', table(['a', 'b']));
    expect(examples.columns.map((column) => valueText(column, 0))).toEqual(['1', 'ä']);
    const latin = memorySource('l.csv', Uint8Array.of(49, 44, 50, 10, 0xe4, 44, 51));
    await expect(readDataset([latin], table(['a', 'b']), testPorts, quietRun)).rejects.toMatchObject({ data: { line: 2, reason: 'its text is not UTF-8' } }); // prettier-ignore
    const utf16 = memorySource('w.csv', Uint8Array.of(0xff, 0xfe, 49, 0));
    await expect(readDataset([utf16], table(['a', 'b']), testPorts, quietRun)).rejects.toThrow(/UTF-16/); // prettier-ignore
  });

  test('stop when they are cancelled', async () => {
    let steps = 0;
    const signal = { aborted: false, throwIfAborted: () => { if (steps > 0) throw new DOMException('stop', 'AbortError'); } }; // prettier-ignore
    const ports = { ...testPorts, pause: () => { steps++; return Promise.resolve(); } }; // prettier-ignore
    const large = textSource('x.csv', '1,2\n'.repeat(20_000));
    await expect(readDataset([large], table(['a', 'b']), ports, { signal })).rejects.toMatchObject({ name: 'AbortError' }); // prettier-ignore
    expect(steps).toBe(1);
  });
});

describe('what a text seems to be', () => {
  test('finds header, delimiter and label', async () => {
    expect((await proposed('height;weight;species\n1.5;2;cat\n2.5;3;dog\n2.6;4;dog\n')).reading).toEqual(table(['height', 'weight', 'species'], { delimiter: ';', header: true, label: 'species' })); // prettier-ignore
    expect((await proposed('cat\t1\t2\ndog\t3\t4\ncat\t1\t2\ndog\t3\t4')).reading).toEqual(table(['c1', 'c2', 'c3'], { delimiter: '\t', label: 'c1' })); // prettier-ignore
    expect((await proposed('a,b\n"x, y",1\n"z",2\n')).reading).toMatchObject({ header: true, columns: ['a', 'b'] }); // prettier-ignore
  });

  test('knows sentences with labels from those without, and from a table with a text', async () => {
    const lines = ['a good film', 'a bad, bad film', 'no words for it', 'fine by me'];
    expect((await proposed(lines.map((line, i) => `${line}\t${i % 2}`).join('\n'))).reading).toEqual({ is: 'lines', labelled: true }); // prettier-ignore
    expect((await proposed(lines.join('\n'))).reading).toEqual({ is: 'lines', labelled: false });
    const csv = await proposed(`text,label\n${lines.map((line, i) => `"${line}",${i % 2 ? 'pos' : 'neg'}`).join('\n')}`); // prettier-ignore
    expect(csv).toMatchObject({ kind: 'text', reading: { is: 'delimited', label: 'label' } });
  });

  test('says what a file without data is', async () => {
    const why = async (...bytes: number[]) => {
      const sniffed = await sniffData([memorySource('data.csv', Uint8Array.from(bytes))]);
      return sniffed.is === 'nothing' ? sniffed.why : sniffed.is;
    };
    const codes = (text: string) => Array.from(text, (letter) => letter.charCodeAt(0));
    expect(await why()).toBe('it is empty');
    expect(await why(...codes('<!DOCTYPE html><html></html>'))).toMatch(/^it is a web page, not/);
    expect(await why(0x1f, 0x8b, 8, 8, 8)).toMatch(/^it is damaged/);
    expect(await why(...codes('<a>,1\n<b>,2'))).toBe('found');
  });

  test('leaves out texts that are laid out otherwise, and documents', async () => {
    const sniffed = await sniffData([textSource('a.csv', '1,2,x\n3,4,y\n5,6,x\n7,8,y'), textSource('b.csv', '1,2\n3,4\n'), textSource('README.md', 'about')]); // prettier-ignore
    expect(sniffed.is === 'found' && sniffed.files.map(({ path }) => path)).toEqual(['a.csv']);
    expect(sniffed.leftOut.map(({ file }) => file)).toEqual(['README.md', 'b.csv']);
    expect(await sniffData([textSource('README.md', 'about')])).toMatchObject({ is: 'nothing' });
    expect(await sniffData([memorySource('x.bin', Uint8Array.of(1, 2, 3))])).toMatchObject({ is: 'nothing' }); // prettier-ignore
  });

  test('makes repeated names different', async () => {
    const { reading } = await proposed('a,a_2,b\n1,2,3\n4,5,6\n');
    expect(reading).toMatchObject({ columns: ['a', 'a_2', 'b'] });
  });
});

describe('lines of text', () => {
  test('take the label after the last tab, and list what lacks one', async () => {
    const { examples, summary } = await read('one\ttwo\t1\n\nno label\n\t0\nthree\t \nfour\t0\r\n', { is: 'lines', labelled: true }); // prettier-ignore
    expect(examples.columns).toEqual([
      { is: 'strings', name: 'text', values: ['one\ttwo', 'four'] },
      { is: 'strings', name: 'label', values: ['1', '0'] },
    ]);
    expect(summary.badRows.map(({ line, reason }) => [line, reason])).toEqual([
      [3, 'it has no tab before a label'], [4, 'it has no sentence'], [5, 'it has no label'],
    ]); // prettier-ignore
  });
});

test('any cut of any text gives rows or says why, and never hangs', async () => {
  const text = 'a,"b ""c"",\r\nd",ü\r\n1,2,3\r\n';
  const bytes = new TextEncoder().encode(text);
  const packed = gzipSync(bytes);
  for (const source of [bytes, packed])
    for (let length = 0; length <= source.length; length++)
      for (const reading of [table(['x', 'y', 'z']), { is: 'lines', labelled: false }] as const) {
        const file = memorySource('cut', source.subarray(0, length));
        const outcome = await readDataset([file], reading, testPorts, quietRun).catch((error: unknown) => error); // prettier-ignore
        if (outcome instanceof Error)
          expect(isLineageError(outcome, 'dataset-invalid'), `${length}: ${outcome.message}`).toBe(true); // prettier-ignore
        await sniffData([file]).catch((error: unknown) => {
          expect(isLineageError(error, 'dataset-invalid'), String(error)).toBe(true);
        });
      }
});
