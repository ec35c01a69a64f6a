import type { OpenGarden } from './test-garden.ts';
import { testDeletes } from './deletes.contract.ts';
import { testPatches } from './patches.contract.ts';
import { testDryRuns } from './dry-runs.contract.ts';
import { testLists } from './lists.contract.ts';
import { testWatches } from './watches.contract.ts';
import { testWrites } from './writes.contract.ts';

/** Tests what every client promises. Each implementation's own test file passes its client to it. */
export function testClientContract(name: string, open: OpenGarden): void {
  testWrites(name, open);
  testPatches(name, open);
  testDeletes(name, open);
  testDryRuns(name, open);
  testLists(name, open);
  testWatches(name, open);
}
