import type { SalvagedKind } from '@ignite/api/client/salvaged-kind';
import { keyOfFullName } from '@ignite/api/v1/shown-name';
import type { Vm } from '@ignite/api/v1/vm';
import { vmKind } from '@ignite/api/v1/object-kinds';
import { AdmittedClient } from '@ignite/toolkit/client/admitted-client';
import type { Admission } from '@ignite/toolkit/client/admission';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { ServedKind } from '@ignite/toolkit/client/over-store/served-kind';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import type { MendableStore, NewObject, StoreReader } from '@ignite/toolkit/store/store';
import type { Paths } from '../host/paths.ts';
import type { ThisHost } from '../host/this-host.ts';
import { engineKinds } from './engine-objects.ts';
import { encryptedStore, objectClient } from './object-client.ts';
import type { OnBroken } from './open-store.ts';
import { wishAdmission } from './wish-admission.ts';
import { isSalvaged, listSalvaged, mendRecord } from './salvage.ts';

interface AdministeredHost {
  readonly paths: Paths;
  readonly self: ThisHost;
  readonly onBroken?: OnBroken;
}

/**
 * The store as the host that keeps it, which alone has to do with records rather than objects: it opens clients over the
 * store, mends what is damaged, and renames. Everything else of the engine speaks to the clients.
 */
export class StoreAdministration implements Disposable {
  /** The objects of the engine, for the engine itself. */
  readonly objects: ObjectClient;
  readonly #store: MendableStore;
  readonly #host: AdministeredHost;
  readonly #admission: Admission | undefined;

  /** @param admission are those who have a say in what somebody wants of objects, if there are any */
  constructor(store: MendableStore, host: AdministeredHost, admission?: Admission) {
    this.#admission = admission && wishAdmission(admission);
    this.objects = this.#admitted(new StoreObjectClient(store, engineKinds));
    this.#store = store;
    this.#host = host;
  }

  /** Returns the same store as one in whose writes others have a say. It is closed with this one. */
  admittedBy(admission: Admission): StoreAdministration {
    return new StoreAdministration(this.#store, this.#host, admission);
  }

  /** The objects of all kinds as they are stored. */
  get stored(): StoreReader {
    return this.#store;
  }

  /**
   * Returns the objects of all kinds under the rules of these kinds, for everybody else.
   * @param further returns the kinds that are served besides at the moment
   */
  served(onBroken = this.#host.onBroken, further?: () => readonly ServedKind[]): ObjectClient {
    return this.#admitted(objectClient(this.#store, this.#host.paths, onBroken, further));
  }

  /**
   * Replaces the damaged record with exactly this full name, reference or uid by an object that can be removed. Returns
   * whether there was one.
   * @throws CodedError VM_ELSEWHERE
   */
  async mend(kind: string, query: string, replacement?: NewObject): Promise<boolean> {
    if (kind === 'Secret')
      await encryptedStore(this.#store, this.#host.paths).discard({
        group: '',
        kind,
        ...keyOfFullName(query),
      });
    if (!isSalvaged(kind)) return false;
    return await mendRecord(kind, query, { store: this.#store, self: this.#host.self }, replacement);
  }

  /** Lists what can still be read of the damaged records of a kind. */
  async salvaged(kind: SalvagedKind): Promise<readonly NewObject[]> {
    return await listSalvaged(kind, this.#store);
  }

  /**
   * Gives a VM another name, which no client can do: its uid stays.
   * @throws CodedError NOT_FOUND, ALREADY_EXISTS
   */
  async rename({ metadata: { namespace, name } }: Vm, newName: string): Promise<Vm> {
    return vmKind.decode(await this.#store.rename({ ...vmKind, namespace, name }, newName));
  }

  #admitted(client: ObjectClient): ObjectClient {
    return this.#admission ? new AdmittedClient(client, this.#admission) : client;
  }

  [Symbol.dispose](): void {
    this.#store[Symbol.dispose]();
  }
}
