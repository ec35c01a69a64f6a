import type { Readable, Writable } from 'node:stream';
import type { CopyRequest, FileClient } from '@ignite/api/client/file-client';
import type { ClientOperation } from '@ignite/api/client/progress';
import { hostResources } from '@ignite/api/v1/host-resources';
import { type GuestCopy, copyIn, copyOut, packOut, unpackIn } from '../../tools/guest/copy.ts';
import { commandIn } from '../../tools/guest/guest-shell.ts';
import type { LocalVms } from './local-vms.ts';
import type { Paths } from '../../tools/host/paths.ts';

/** Copies files of VMs on this host. */
export class LocalFiles implements FileClient {
  readonly #paths: Paths;
  readonly #vms: LocalVms;

  constructor(paths: Paths, vms: LocalVms) {
    this.#paths = paths;
    this.#vms = vms;
  }

  async copyIn(hostPath: string, request: CopyRequest, op: ClientOperation): Promise<void> {
    await copyIn(hostPath, await this.#reach(request, op), op);
  }

  async copyOut(hostPath: string, request: CopyRequest, op: ClientOperation): Promise<void> {
    const shared = (await this.#vms.list(op.signal)).flatMap(({ spec }) =>
      hostResources(spec).flatMap((resource) =>
        resource.kind === 'folder' && resource.access === 'write' ? [resource.path] : [],
      ),
    );
    await copyOut(hostPath, await this.#reach(request, op), { paths: this.#paths, shared }, op);
  }

  async unpackIn(archive: Readable, request: CopyRequest, op: ClientOperation): Promise<void> {
    await unpackIn(archive, await this.#reach(request, op), op);
  }

  async packOut(archive: Writable, request: CopyRequest, op: ClientOperation): Promise<void> {
    await packOut(archive, await this.#reach(request, op), op);
  }

  async #reach({ vm, vmPath, follow, ...request }: CopyRequest, op: ClientOperation): Promise<GuestCopy> {
    const shell = await this.#vms.shell(vm, request, op);
    return { commandFor: (line) => commandIn(shell, line), vmPath, follow };
  }
}
