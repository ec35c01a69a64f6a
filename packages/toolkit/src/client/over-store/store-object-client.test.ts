import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { MemoryStore } from '../../store/memory.ts';
import { openSqliteStore } from '../../store/sqlite/sqlite-store.ts';
import { testClientContract } from '../client.contract.ts';
import { gardenIn } from './store-garden.sample.ts';

const dir = mkdtempSync(join(tmpdir(), 'store-client-'));
after(() => rmSync(dir, { recursive: true, force: true }));
let files = 0;

testClientContract('StoreObjectClient in memory', async () => gardenIn(new MemoryStore()));
testClientContract('StoreObjectClient on SQLite', async () =>
  gardenIn(openSqliteStore(join(dir, `${(files += 1)}.db`))),
);
