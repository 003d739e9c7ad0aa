import { mount } from 'svelte';
import { computeStarter } from './rpc/startCompute.ts';
import { connectLayout, connectLineage } from './rpc/wire.ts';
import App from './ui/App.svelte';
import { Session } from './ui/session.svelte.ts';
import './ui/theme.css';

const lineage = connectLineage(
  new Worker(new URL('../workers/lineage.worker.ts', import.meta.url), { type: 'module' }),
);
const layout = connectLayout(
  new Worker(new URL('../workers/layout.worker.ts', import.meta.url), { type: 'module' }),
);

void lineage.attachCompute(
  computeStarter(
    (threads) =>
      new Worker(new URL('../workers/compute.worker.ts', import.meta.url), {
        type: 'module',
        name: `compute-${threads}`,
      }),
  ),
);

const target = document.querySelector('#app');
if (target === null) throw new Error('index.html has no element #app');
mount(App, { target, props: { session: new Session({ lineage, layout }) } });

// In development a kept file would hide a change.
if (import.meta.env.PROD && 'serviceWorker' in navigator)
  void navigator.serviceWorker
    .register(new URL('sw.js', document.baseURI))
    // Refused, as in some private windows: the app then needs the network to open, and nothing else.
    .catch(() => undefined);
