import { MemoryStore } from './memory.ts';
import { testStoreContract } from './store.contract.ts';

testStoreContract('MemoryStore', async () => new MemoryStore());
