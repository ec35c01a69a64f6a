import { isDeepStrictEqual } from 'node:util';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { ServedKind } from '@ignite/toolkit/client/over-store/served-kind';
import type { Clock } from '@ignite/toolkit/clock/clock';
import { type ReconcileResult, runController } from '@ignite/toolkit/controller/controller';
import { Informer, informerKey } from '@ignite/toolkit/controller/informer';
import { WorkQueue } from '@ignite/toolkit/controller/work-queue';
import type { Log } from '@ignite/toolkit/log/log';
import { unlessChanged } from '@ignite/toolkit/client/delete-seen';
import type { ServedResource } from '../resource/served-resource.ts';
import { isEstablished, statusOfBuiltIn, statusWithNames } from './definition/accepted-names.ts';
import { type BuiltInKind, builtInKindOf } from './definition/built-in-kind.ts';
import { type CustomResourceDefinition, isDefinition } from './definition/definition.ts';
import { servedDefinitionKind } from './definition/definition-kind.ts';
import { isTerminating } from './definition/terminating.ts';
import { deleteDefined } from './delete-defined.ts';
import { servedKindsOf } from './served-kinds-of.ts';
import { servedResourcesOf } from './served-resources-of.ts';

export interface DefinitionsOptions {
  readonly client: ObjectClient;
  /** The kinds that are served without a definition. Definitions of them have no effect. */
  readonly builtIn: readonly BuiltInKind[];
  readonly clock: Clock;
  readonly log: Log;
}

/** The kinds that are defined by objects, as they are now. */
export class ServedDefinitions {
  #kinds: readonly ServedKind[] = [];
  #resources: readonly ServedResource[] = [];
  #isComplete = false;

  /** The kinds as a client over a store serves them. */
  get kinds(): readonly ServedKind[] {
    return this.#kinds;
  }

  /** The same kinds as the API server serves them. The list is another one whenever they change. */
  get resources(): readonly ServedResource[] {
    return this.#resources;
  }

  /** Whether all kinds that are defined are known. Before, there may be objects of others. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Accepts the names of new definitions and serves their kinds, until `signal` aborts. */
  async run({ client, builtIn, clock, log }: DefinitionsOptions, signal: AbortSignal): Promise<void> {
    const definitions = new KindClient(client, { ...servedDefinitionKind, decode: (stored) => stored });
    const informer = new Informer(definitions, clock, log);
    const queue = new WorkQueue(clock);
    informer.onChange(() => queue.add(allKey));
    // Where nothing is defined, nothing changes either.
    void informer.synced.then(() => queue.add(allKey));
    const isServed = (definition: CustomResourceDefinition): boolean =>
      isEstablished(definition) && !builtInKindOf(definition, builtIn);
    const reconcileAll = async (): Promise<void> => {
      await informer.synced;
      const known = informer.list().filter(isDefinition);
      this.#serve(known.filter(isServed), client);
      for (const definition of known.filter(isTerminating)) queue.add(informerKey(definition));
      await acceptNames(client, known, builtIn, signal);
    };
    // Each definition is deleted by itself, so that none waits for another whose objects cannot be deleted.
    const reconcile = async (key: string): Promise<ReconcileResult> => {
      if (key === allKey) await reconcileAll();
      const found = informer.get(key);
      if (!found || !isDefinition(found) || !isTerminating(found)) return {};
      return (await deleteDefined(client, found, { hasObjects: isServed(found), signal }))
        ? {}
        : { requeueAfterMs: waitMs };
    };
    const controller = { name: 'definitions', queue, concurrency: 1, reconcile, clock, log };
    await Promise.all([informer.run(signal), runController(controller, signal)]);
  }

  #serve(definitions: readonly CustomResourceDefinition[], client: ObjectClient): void {
    this.#kinds = definitions.flatMap((definition) => servedKindsOf(definition, client));
    this.#resources = definitions.flatMap(servedResourcesOf);
    this.#isComplete = true;
  }
}

/** Stands for all definitions together, unlike the key of one. */
const allKey = 'all';

/** How often it is looked whether the finalizers of objects are gone, in milliseconds. */
const waitMs = 1_000;

/** Writes the status of definitions one after the other, so that no name is accepted twice. */
async function acceptNames(
  client: ObjectClient,
  definitions: readonly CustomResourceDefinition[],
  builtIn: readonly BuiltInKind[],
  signal: AbortSignal,
): Promise<void> {
  const known = [...definitions];
  for (const [at, definition] of known.entries()) {
    const others = known.filter((_, other) => other !== at);
    const now = new Date().toISOString();
    const hiding = builtInKindOf(definition, builtIn);
    const status = hiding
      ? statusOfBuiltIn(definition, hiding, now)
      : statusWithNames(definition, others, now);
    const next = { ...definition, status };
    known[at] = next;
    if (!isDeepStrictEqual(next.status, definition.status)) await writeStatus(client, next, signal);
  }
}

async function writeStatus(
  client: ObjectClient,
  definition: CustomResourceDefinition,
  signal: AbortSignal,
): Promise<void> {
  await client.updateStatus(servedDefinitionKind, definition, { signal }).catch(unlessChanged);
}
