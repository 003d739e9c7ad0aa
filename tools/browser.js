import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import process from 'node:process';
import { run } from './install.js';

const commands = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const places = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** Flags that make headless Chromium quiet, offline and able to do WebGPU in software. */
export const browserFlags = [
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The Chromium to test with: `CHROMIUM`, else the system's, else Playwright's own; or undefined. */
export async function findBrowser() {
  const named = process.env.CHROMIUM;
  if (named) {
    if (existsSync(named)) return named;
    throw new Error(`CHROMIUM names ${named}, which is not there.`);
  }
  const finder = process.platform === 'win32' ? 'where' : 'which';
  for (const command of commands) {
    const { status, stdout } = spawnSync(finder, [command], { encoding: 'utf8' });
    if (status === 0) return stdout.split(/\r?\n/)[0];
  }
  const installed = places.find((place) => existsSync(place));
  if (installed) return installed;
  const { chromium } = await import('playwright');
  return existsSync(chromium.executablePath()) ? chromium.executablePath() : undefined;
}

/** Finds a Chromium, installing one when there is none. */
export async function needBrowser() {
  const found = await findBrowser();
  if (found) return found;
  console.log('No Chromium found; installing one …');
  run('npx', ['playwright', 'install', '--with-deps', 'chromium']);
  const own = await findBrowser();
  if (own) return own;
  if (process.platform === 'linux' && process.getuid() === 0) {
    run('apt-get', ['update', '-qq']);
    run('apt-get', ['install', '-y', '-qq', 'chromium']);
  }
  const system = await findBrowser();
  if (system) return system;
  throw new Error('No Chromium could be installed. Install one and name it in CHROMIUM.');
}
