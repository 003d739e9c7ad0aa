import 'fake-indexeddb/auto';
import { idbBench } from '../checks/benches.fixture.ts';
import { storesSuite } from '../checks/stores.suite.ts';

storesSuite('in IndexedDB, packs as arrays', () => idbBench('bytes'));
storesSuite('in IndexedDB, packs as Blobs', () => idbBench('blob'));
