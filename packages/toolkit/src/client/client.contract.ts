import type { ObjectClient } from './object-client.ts';
import { testDeletes } from './deletes.contract.ts';
import { testPatches } from './patches.contract.ts';
import { testLists } from './lists.contract.ts';
import { testWatches } from './watches.contract.ts';
import { testWrites } from './writes.contract.ts';

/** A place for one test: a client, and two namespaces in the order of the alphabet that nobody else uses. */
export interface TestGarden extends AsyncDisposable {
  readonly client: ObjectClient;
  readonly namespaces: readonly [string, string];
  /** Returns a revision whose changes are not kept any more. */
  readonly oldRevision: () => Promise<string>;
}

export type OpenGarden = () => Promise<TestGarden>;

/** Tests what every client promises. Each implementation's own test file passes its client to it. */
export function testClientContract(name: string, open: OpenGarden): void {
  testWrites(name, open);
  testPatches(name, open);
  testDeletes(name, open);
  testLists(name, open);
  testWatches(name, open);
}
