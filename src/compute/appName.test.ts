import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { appName } from './appName.ts';

test('the name in recipes is that of the package', () => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { name, version } = JSON.parse(text) as { name: string; version: string };
  expect(appName).toBe(`${name} ${version}`);
});
