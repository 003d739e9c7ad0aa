import { describe, expect, it } from 'vitest';
import { alignRows } from './alignRows.ts';
import { compared, difference } from './diff.fixture.ts';
import { alignmentPicture, diffDocument } from './exportDiff.ts';

const pair = compared([['one', 'changed'], ['<b>&', 'added']]); // prettier-ignore
const names = { a: 'base & co', b: 'child' };
const known = new Map([[0, difference(0, 0.03)]]);

describe('a comparison to take away', () => {
  it('is JSON with the names, the diff, and the differences so far', () => {
    const parsed: unknown = JSON.parse(diffDocument(pair, names, { known, missing: 2 }));
    expect(parsed).toMatchObject({
      format: 'mgit-diff-1',
      names,
      layers: pair.diff.layers,
      layerNames: { a: ['one'], b: ['one', '<b>&'] },
      tensorDifferences: [{ pair: 0, relative: 0.03 }],
      tensorsNotCompared: 2,
    });
  });

  it('is a picture that any reader of SVG takes, with every row', () => {
    const picture = alignmentPicture(pair, names, alignRows(pair, new Set()), known);
    const parsed = new DOMParser().parseFromString(picture, 'image/svg+xml');
    expect(parsed.querySelector('parsererror')).toBeNull();
    const words = [...parsed.querySelectorAll('text')].map(({ textContent }) => textContent);
    expect(words).toContain('A: base & co');
    expect(words).toContain('Conv <b>& 4→4 3×3');
    expect(words).toContain('3 %');
  });
});
