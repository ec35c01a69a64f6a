import type { Admission } from './admission.ts';
import { ForwardingClient } from './forwarding-client.ts';
import type { ObjectClient } from './object-client.ts';

/** Gives others a say in all writes of a client. */
export class AdmittedClient extends ForwardingClient {
  readonly #admission: Admission;

  constructor(client: ObjectClient, admission: Admission) {
    super(() => client);
    this.#admission = admission;
  }

  override async create(...[resource, object, options]: Parameters<ObjectClient['create']>) {
    return await super.create(resource, object, this.#with(options));
  }

  override async update(...[resource, object, options]: Parameters<ObjectClient['update']>) {
    return await super.update(resource, object, this.#with(options));
  }

  override async updateStatus(...[resource, object, options]: Parameters<ObjectClient['updateStatus']>) {
    return await super.updateStatus(resource, object, this.#with(options));
  }

  override async patch(...[key, patch, options]: Parameters<ObjectClient['patch']>) {
    return await super.patch(key, patch, this.#with(options));
  }

  override async delete(...[key, options]: Parameters<ObjectClient['delete']>) {
    return await super.delete(key, this.#with(options));
  }

  #with<T extends object>(options: T | undefined): Partial<T> & { readonly admission: Admission } {
    return { ...options, admission: this.#admission } as Partial<T> & { readonly admission: Admission };
  }
}
