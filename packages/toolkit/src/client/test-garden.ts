import type { ObjectClient } from './object-client.ts';

/** A place for one test: a client, and two namespaces in the order of the alphabet that nobody else uses. */
export interface TestGarden extends AsyncDisposable {
  readonly client: ObjectClient;
  readonly namespaces: readonly [string, string];
  /** Returns a revision whose changes are not kept any more. */
  readonly oldRevision: () => Promise<string>;
}

export type OpenGarden = () => Promise<TestGarden>;
