/*
 * The service worker: after the first visit the app opens without a network. It keeps the app's own
 * files and the sample, never a model of the person's: those go from `File` to IndexedDB and are not
 * fetched. One cache per build: a page always gets the assets that belong to its index.html.
 */

export {}; // a module, so that `self` is declared anew here only

declare const self: ServiceWorkerGlobalScope & {
  /** Put in front of this file by `tools/offline.js`, so that each build is another worker. */
  readonly build: {
    readonly version: string;
    /** Fetched when the worker is installed. */
    readonly files: readonly string[];
  };
};

const cacheName = `mgit-app-${self.build.version}`;
const at = (file: string) => new URL(file, self.registration.scope).href;

self.addEventListener('install', (event) => {
  event.waitUntil(precache());
});

self.addEventListener('activate', (event) => {
  event.waitUntil(dropOtherBuilds().then(() => self.clients.claim()));
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || !request.url.startsWith(self.registration.scope)) return;
  const path = request.url.slice(self.registration.scope.length);
  if (request.mode === 'navigate') event.respondWith(networkFirst(request));
  else if (isKept(path)) event.respondWith(cacheFirst(request));
});

/** Hashed assets and the sample are kept when they are first asked for; the rest only if precached. */
function isKept(path: string): boolean {
  return /^(assets|sample|digits)\//.test(path) || self.build.files.includes(path);
}

async function precache(): Promise<void> {
  const cache = await caches.open(cacheName);
  // `no-cache`: asks the server whether what the browser holds is still right, against half-old builds.
  await cache.addAll(self.build.files.map((file) => new Request(at(file), { cache: 'no-cache' })));
}

async function dropOtherBuilds(): Promise<void> {
  for (const name of await caches.keys())
    if (name.startsWith('mgit-app-') && name !== cacheName) await caches.delete(name);
}

/** The page: the newest there is, or the one of this build. A newer one is not kept with this build. */
async function networkFirst(request: Request): Promise<Response> {
  try {
    return isolated(await fetch(request));
  } catch (error) {
    const kept = await (await caches.open(cacheName)).match(at('index.html'));
    if (kept === undefined) throw error;
    return isolated(kept);
  }
}

async function cacheFirst(request: Request): Promise<Response> {
  const cache = await caches.open(cacheName);
  const kept = await cache.match(request.url);
  if (kept !== undefined) return isolated(kept);
  const response = await fetch(request);
  if (response.status === 200) await cache.put(request.url, response.clone());
  return isolated(response);
}

/** The response with the headers that keep the page cross-origin isolated, whatever the server sent. */
function isolated(response: Response): Response {
  // A redirect that was not followed is opaque and must go to the browser as it is.
  if (response.type === 'opaqueredirect' || response.type === 'error') return response;
  const headers = new Headers(response.headers);
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers });
}
