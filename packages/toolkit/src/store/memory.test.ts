import { MemoryStore } from './memory.ts';
import { testDamagedRecords } from './damaged-record.contract.ts';
import { testStoreContract } from './store.contract.ts';

testStoreContract('MemoryStore', async () => new MemoryStore());
testDamagedRecords('MemoryStore', async (options) => new MemoryStore(options));
