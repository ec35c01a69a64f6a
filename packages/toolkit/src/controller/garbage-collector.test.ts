import { gardenIn } from '../client/over-store/store-garden.sample.ts';
import { MemoryStore } from '../store/memory.ts';
import { testGarbageCollector } from './garbage-collector.contract.ts';

testGarbageCollector('StoreObjectClient', async () => gardenIn(new MemoryStore()));
