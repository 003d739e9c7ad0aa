import { memoryBench } from '../checks/benches.fixture.ts';
import { storesSuite } from '../checks/stores.suite.ts';

storesSuite('in memory', memoryBench);
