import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exportResults, type NamedResult } from './exportResults.ts';
import { readExamples } from './handExamples.ts';
import { matchesName } from '../lineage/namePattern.ts';
import { isWorse } from './regression.ts';
import { verdictOf } from './rules.ts';
import { readMetrics, readValues } from './scriptMetrics.ts';
import { decodeResults, encodeResults, testKey } from './storedResult.ts';

const relative = (value: number) => ({ is: 'relative', value }) as const;

describe('isWorse', () => {
  // The table of reference.md 6.4, our column.
  it.each([
    ['max', 0.9, 0.885, false],
    ['max', 0.9, 0.881, true],
    ['min', 2.413, 2.9, true],
    ['max', -0.2, -0.21, true],
    ['max', 0, 0, false],
    ['max', 0, -0.03, true],
    ['max', 1, 0.98, false],
    ['equal', 3, 3.1, true],
    ['equal', 3, 2.9, true],
    ['max', 0.5, NaN, true],
    ['max', NaN, NaN, false],
    ['min', 1, Infinity, true],
    ['min', Infinity, Infinity, false],
    ['max', -Infinity, 1, false],
  ] as const)('%s from %d to %d: %s', (direction, before, after, worse) => {
    expect(isWorse({ direction, tolerance: relative(0.02) }, before, after)).toBe(worse);
  });

  it('never calls both ways worse, but where every change is', () => {
    const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(number, number, fc.constantFrom('max', 'min'), (a, b, direction) => {
        const metric = { direction, tolerance: { is: 'absolute', value: 0 } } as const;
        expect(isWorse(metric, a, b) && isWorse(metric, b, a)).toBe(false);
      }),
    );
  });
});

describe('verdictOf', () => {
  it('passes, fails, measures, or cannot say', () => {
    const success = [{ metric: 'a', is: 'at-least', value: 0.5 }] as const;
    expect(verdictOf({ success }, { a: 0.5 })).toBe('pass');
    expect(verdictOf({ success }, { a: 0.49 })).toBe('fail');
    expect(verdictOf({ success }, { b: 1 })).toBe('error');
    expect(verdictOf({ success: [] }, { b: 1 })).toBe('measured');
    expect(verdictOf({ success: [] }, { b: NaN })).toBe('fail');
  });
});

describe('matchesName', () => {
  it('equals the regular expression, without its cost', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '.'), maxLength: 8 });
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 8 });
    fc.assert(
      fc.property(text, name, (pattern, given) => {
        const source = pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.');
        expect(matchesName(pattern, given)).toBe(new RegExp(`^(?:${source})$`).test(given));
      }),
      { numRuns: 500 },
    );
    expect(matchesName(`${'*a'.repeat(50)}b`, 'a'.repeat(20_000))).toBe(false);
    expect(matchesName('?', '🙂')).toBe(true);
  });
});

describe('stored results', () => {
  it('come back as they were, NaN and infinities included', () => {
    const results = [
      {
        key: 'k',
        result: { metrics: { a: NaN, b: -Infinity, c: 1 }, text: 'NaN', list: [Infinity] },
      },
    ] as never;
    const stored: unknown = JSON.parse(JSON.stringify(encodeResults(results)));
    expect(decodeResults(stored)).toEqual(results);
    expect(decodeResults(undefined)).toEqual([]);
    expect(decodeResults({ version: 2, results: [] })).toEqual([]);
  });

  it('have a key that a name, a note or a rule does not change', () => {
    const test = {
      id: 't',
      function: 'f',
      functionVersion: 1,
      arguments: { a: 1, b: [2] },
    } as never;
    const same = {
      ...(test as object),
      name: 'x',
      success: [],
      arguments: { b: [2], a: 1 },
    } as never;
    expect(testKey(same, undefined)).toBe(testKey(test, undefined));
    expect(testKey({ ...(test as object), functionVersion: 2 } as never, undefined)).not.toBe(
      testKey(test, undefined),
    );
    expect(testKey(test, 'other')).not.toBe(testKey(test, undefined));
  });
});

describe('exportResults', () => {
  const hostile = 'a<b> & "c" \'d\' ]]> \u0000\uD800 😀, =1+1\n';
  const named = (verdict: 'pass' | 'fail' | 'error'): NamedResult =>
    ({
      model: hostile,
      test: { name: `=cmd()${hostile}`, function: 'health' },
      metrics: [],
      result: {
        verdict, metrics: verdict === 'error' ? {} : { loss: NaN, size: 3 }, backend: 'wasm', at: 0, ms: 1500,
        testVersion: 1, ...(verdict === 'error' ? { error: { code: 'data-unfit', message: hostile } } : {}),
      },
    }) as never; // prettier-ignore

  it('writes CSV that reads back cell by cell', () => {
    const text = exportResults('csv', [named('pass'), named('error')]);
    const cells: string[] = [];
    for (const [, quoted, plain] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(?:,|\r\n)/g))
      cells.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    expect(cells).toHaveLength(14 * 4);
    expect(cells[14]).toBe(hostile);
    expect(cells[15]).toBe(`'=cmd()${hostile}`);
    expect(cells[19]).toBe('NaN');
  });

  it('writes JSON', () => {
    const parsed = JSON.parse(exportResults('json', [named('fail')])) as {
      results: { model: string; metrics: unknown }[];
    };
    expect(parsed.results[0]?.model).toBe(hostile);
    expect(parsed.results[0]?.metrics).toEqual({ loss: { number: 'NaN' }, size: 3 });
  });

  it('writes XML without a character that would end an attribute or is not allowed', () => {
    const xml = exportResults('junit', [named('pass'), named('fail'), named('error')]);
    expect(xml).toContain('tests="3" failures="1" errors="1" time="4.500"');
    expect(xml).not.toContain('\u0000');
    expect(xml).toContain('&lt;b&gt; &amp; &quot;c&quot; &apos;d&apos; ]]&gt; \uFFFD\uFFFD 😀');
    // Well-formed: every tag that opens closes, in order.
    const open: string[] = [];
    for (const [, slash, name, self] of xml.matchAll(
      /<(\/?)([a-z-]+)(?: [a-z]+="[^"<]*")*(\/?)>/g,
    )) {
      if (slash === '/') expect(open.pop()).toBe(name);
      else if (self !== '/') open.push(name ?? '');
    }
    expect(open).toEqual([]);
  });
});

describe('what a person writes', () => {
  it('is read, or refused with the place', () => {
    expect(readMetrics('loss min 2 %\n hits max 0.5\ncount equal')).toEqual([
      { name: 'loss', title: 'loss', direction: 'min', tolerance: { is: 'relative', value: 0.02 } },
      { name: 'hits', title: 'hits', direction: 'max', tolerance: { is: 'absolute', value: 0.5 } },
      {
        name: 'count',
        title: 'count',
        direction: 'equal',
        tolerance: { is: 'absolute', value: 0 },
      },
    ]);
    for (const text of ['', 'loss', 'loss up', 'a max\na max', 'a max 1.2.3'])
      expect(() => readMetrics(text)).toThrow(/test-invalid/);
    const metrics = readMetrics('a max\nb max');
    expect(readValues({ a: true, b: 'NaN' }, metrics)).toEqual({ a: 1, b: NaN });
    expect(readValues(3, readMetrics('a max'))).toEqual({ a: 3 });
    for (const value of [3, null, [], { a: 1 }, { a: 1, b: 'x' }, { a: 1, b: 2, c: 3 }])
      expect(() => readValues(value, metrics)).toThrow(/script-failed/);
    expect(readExamples('[{"input": [[1, 2], [3, 4]], "expect": 1}]')[0]?.input.get('')).toEqual([
      1, 2, 3, 4,
    ]);
    for (const text of [
      '{',
      '[]',
      '[1]',
      '[{"input": "a"}]',
      '[{"input": {}, "expect": 1}]',
      '[{"input": "a", "expect": 1, "tolerance": -1}]',
      '[{"input": "a", "expect": 1, "x": 1}]',
    ])
      // prettier-ignore
      expect(() => readExamples(text)).toThrow(/test-invalid/);
  });
});
