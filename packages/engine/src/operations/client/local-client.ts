import type { AdmittingClient } from '@ignite/api/client/admitting-client';
import type { Client } from '@ignite/api/client/client';
import type { ArchiveClient } from '@ignite/api/client/archive-client';
import type { ChangeClient } from '@ignite/api/client/change-client';
import type { EventClient } from '@ignite/api/client/event-client';
import type { FileClient } from '@ignite/api/client/file-client';
import type { HostClient } from '@ignite/api/client/host-client';
import type { ImageClient } from '@ignite/api/client/image-client';
import type { KernelClient } from '@ignite/api/client/kernel-client';
import type { SpaceClient } from '@ignite/api/client/space-client';
import type { UsageClient } from '@ignite/api/client/usage-client';
import type { LifeClient } from '@ignite/api/client/life-client';
import type { Admission } from '@ignite/toolkit/client/admission';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { keepBallast } from '../../tools/host/ballast.ts';
import { removeHost } from '../../tools/hosts/remove-host.ts';
import type { EnginePorts } from '../../vm/engine-ports.ts';
import { LocalArchives } from './local-archives.ts';
import { LocalChanges } from './local-changes.ts';
import { LocalFiles } from './local-files.ts';
import type { PoolKeeping } from '../pools/keep-pool.ts';
import { HostExaminer } from './host-examiner.ts';
import { LocalImages } from './local-images.ts';
import { LocalKernels } from './local-kernels.ts';
import { LocalLife } from './local-life.ts';
import { LocalPools } from './local-pools.ts';
import { LocalSnapshots } from './local-snapshots.ts';
import { LocalSpace } from './local-space.ts';
import { LocalUsage } from './local-usage.ts';
import { LocalVms } from './local-vms.ts';
import { LocalVolumes } from './local-volumes.ts';
import { ownFinder } from './own-finder.ts';
import { readClient } from './read-client.ts';

/** The client that runs the engine in this process: Ignite works without a daemon. */
export class LocalClient implements AdmittingClient {
  readonly vms: LocalVms;
  readonly files: FileClient;
  readonly changes: ChangeClient;
  readonly archives: ArchiveClient;
  readonly images: ImageClient;
  readonly kernels: KernelClient;
  readonly networks: Client['networks'];
  readonly volumes: LocalVolumes;
  readonly snapshots: LocalSnapshots;
  readonly pools: LocalPools;
  readonly host: HostClient;
  readonly usage: UsageClient;
  readonly space: SpaceClient;
  readonly life: LifeClient;
  readonly events: EventClient;
  readonly hosts: Client['hosts'];
  readonly stored: Client['stored'];
  readonly objects: ObjectClient;
  readonly #host: EnginePorts;
  readonly #keeping: PoolKeeping;

  /** @param keeping is what makes the VMs of pools, if that is not this client */
  constructor(host: EnginePorts, keeping?: PoolKeeping) {
    const all = readClient(host, host.administration.stored, host.networks);
    const read = { ...all, vms: ownFinder(all.vms, host.self) };
    this.vms = new LocalVms(host, read.vms);
    this.files = new LocalFiles(host.paths, this.vms);
    this.changes = new LocalChanges(host, read.vms);
    this.archives = new LocalArchives(host, read.vms);
    this.images = new LocalImages(host, read.images, this.vms);
    this.kernels = new LocalKernels(host, read.kernels, this.vms);
    this.networks = read.networks;
    this.volumes = new LocalVolumes(host, read.volumes);
    this.snapshots = new LocalSnapshots(host, read.snapshots, this.vms);
    this.#keeping = keeping ?? { host, vms: this.vms, snapshots: this.snapshots };
    this.pools = new LocalPools(host, read.pools, this.#keeping);
    this.host = new HostExaminer(host);
    this.usage = new LocalUsage(read, host.paths);
    this.space = new LocalSpace(host, read, this);
    this.life = new LocalLife(host, read.vms);
    this.events = read.events;
    this.hosts = { ...read.hosts, remove: (name, signal) => removeHost(name, host, { signal }) };
    this.stored = read.stored;
    this.objects = host.administration.served();
    this.#host = host;
  }

  /** The VMs of pools are made as ignited makes them, which may be faster. */
  admittedBy(admission: Admission): LocalClient {
    const administration = this.#host.administration.admittedBy(admission);
    const host = { ...this.#host, administration, objects: administration.objects };
    return new LocalClient(host, this.#keeping);
  }

  async mend(kind: string, query: string): Promise<void> {
    await this.#host.administration.mend(kind, query);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#host.administration[Symbol.dispose]();
    keepBallast(this.#host.paths, { mayTakeLast: this.#host.freesSpace === true });
  }
}
