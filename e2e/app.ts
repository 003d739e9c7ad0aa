import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { BrowserContext, Page } from 'playwright/test';
import type { Mgit } from '../src/ui/mgit.ts';

declare global {
  var mgit: Mgit;
}

/** Real model families, beside the project where its authors work; tests that need them skip aloud. */
export const sharedData = path.resolve('../shared/data');
export const hasSharedData = existsSync(sharedData);
export const sampleFolder = path.resolve('public/sample');

const modelFile = /\.(onnx|safetensors|pth|pt|th|tar|jit)$/;

/** Model files below a folder, as paths relative to it, sorted. */
export function modelFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => name.split(path.sep).join('/'))
    .filter((name) => modelFile.test(name) && statSync(path.join(folder, name)).isFile())
    .sort();
}

/** Opens the app and waits until its store is open. */
export async function openApp(page: Page): Promise<void> {
  await page.goto('/');
  await page.waitForFunction(() => 'mgit' in globalThis);
  await page.evaluate(() => mgit.graph());
}

/** Lets pages of this context fetch the files below `folder` under `/e2e-files/`. */
export async function serveFiles(context: BrowserContext, folder: string): Promise<void> {
  await context.route('**/e2e-files/**', async (route) => {
    const name = decodeURIComponent(new URL(route.request().url()).pathname).split(
      '/e2e-files/',
    )[1];
    await route.fulfill({
      body: readFileSync(path.join(folder, name ?? '')),
      contentType: 'application/octet-stream',
    });
  });
}

/** What the tests look at of an import's report. */
export interface Imported {
  readonly models: readonly {
    readonly file: string;
    readonly id?: string;
    readonly name?: string;
    readonly existing?: boolean;
    readonly error?: { readonly code: string; readonly message: string };
  }[];
  readonly rawBytes: number;
  readonly storedBytes: number;
}

/** Imports served files through the JavaScript API, in one batch. */
export async function importServed(page: Page, names: readonly string[]): Promise<Imported> {
  return page.evaluate(async (paths) => {
    const files = await Promise.all(
      paths.map(async (name) => {
        const blob = await (await fetch(`/e2e-files/${encodeURIComponent(name)}`)).blob();
        return { file: new File([blob], name.split('/').at(-1) ?? name), path: name };
      }),
    );
    return mgit.import(files);
  }, names);
}

/** SHA-256 of a model's exported files, by file name. */
export async function exportedHashes(page: Page, id: string): Promise<Record<string, string>> {
  return page.evaluate(async (node) => {
    const hashes: Record<string, string> = {};
    for (const file of await mgit.export(node as never)) {
      const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
      const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0'));
      hashes[file.name] = hex.join('');
    }
    return hashes;
  }, id);
}

/** Checks what must hold at any time, a crash included; gives what is wrong. */
export async function brokenInvariants(page: Page): Promise<string[]> {
  const graph = await page.evaluate(() => mgit.graph());
  const report = await page.evaluate(() => mgit.fsck());
  const problems = report.problems.map((problem) => `${problem.is} ${problem.key}`);
  if (!report.ok && problems.length === 0) problems.push('fsck not ok without a problem');
  return [...brokenGraph(graph.nodes, graph.edges), ...problems];
}

function brokenGraph(
  nodes: readonly { readonly id: string; readonly name: string }[],
  edges: readonly { readonly kind: string; readonly from: string; readonly to: string }[],
): string[] {
  const ids = new Set(nodes.map((node) => node.id));
  const wrong = edges
    .filter(({ from, to }) => !ids.has(from) || !ids.has(to))
    .map(({ kind }) => `dangling ${kind} edge`);
  if (new Set(nodes.map((node) => node.name)).size !== nodes.length) wrong.push('names not unique');
  const waiting = new Map(nodes.map((node) => [node.id, 0]));
  for (const { to } of edges) waiting.set(to, (waiting.get(to) ?? 0) + 1);
  // Grows while it is walked: what no edge holds back any more is free.
  const free = nodes.map((node) => node.id).filter((id) => waiting.get(id) === 0);
  for (const id of free)
    for (const { to } of edges.filter(({ from }) => from === id)) {
      waiting.set(to, (waiting.get(to) ?? 0) - 1);
      if (waiting.get(to) === 0) free.push(to);
    }
  if (free.length !== nodes.length) wrong.push('a cycle');
  return wrong;
}
