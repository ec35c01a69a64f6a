import { readFile, stat } from 'node:fs/promises';
import type { ChangeClient, CommitRequest, FileChange } from '@ignite/api/client/change-client';
import type { Finder } from '@ignite/api/client/finder';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { Image } from '@ignite/api/v1/image';
import type { Vm } from '@ignite/api/v1/vm';
import { commitVm } from '../changes/commit-vm.ts';
import { changesUnreadable } from '../changes/errors.ts';
import { parseFileChanges } from '../changes/file-changes.ts';
import { type ChangesRequest, readChanges } from '../changes/read-changes.ts';
import { hostArch } from '../../tools/host/arch.ts';
import { kernelDir } from '../../tools/host/paths.ts';
import { kernelFor } from '../../tools/kernel/kernel-objects.ts';
import { imageOf } from '../../tools/store/vm-objects.ts';
import type { EnginePorts } from '../../vm/engine-ports.ts';

/**
 * The size limit of a list of changes in bytes, which is enough for some millions of them. The list is read
 * at once.
 */
const listLimit = 256 * 2 ** 20;

/** Reads the changes that VMs of this host have made to their images. */
export class LocalChanges implements ChangeClient {
  readonly #host: EnginePorts;
  readonly #vms: Finder<Vm>;

  constructor(host: EnginePorts, vms: Finder<Vm>) {
    this.#host = host;
    this.#vms = vms;
  }

  async list(query: string, op: ClientOperation): Promise<readonly FileChange[]> {
    await using changes = await readChanges(
      { ...(await this.#request(query, op)), as: 'list' },
      this.#host,
      op,
    );
    if ((await stat(changes.file)).size > listLimit) throw changesUnreadable(query, 'too many files differ');
    return parseFileChanges(await readFile(changes.file, 'utf8'));
  }

  async commit(query: string, request: CommitRequest, op: ClientOperation): Promise<Image> {
    return await commitVm(await this.#request(query, op), request, this.#host, op);
  }

  async #request(query: string, op: ClientOperation): Promise<Omit<ChangesRequest, 'as'>> {
    const vm = await this.#vms.find(query, op.signal);
    const image = await imageOf(vm, this.#host.objects);
    const kernel = await kernelFor(undefined, { arch: hostArch }, this.#host, op);
    return { vm, image, kernelDir: kernelDir(this.#host.paths, kernel.status.id) };
  }
}
