import type { CodedError } from '@ignite/toolkit/errors/coded-error';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { StoreReader } from '@ignite/toolkit/store/store';
import type { CniNetwork } from '../v1/cni-network.ts';
import type { Host } from '../v1/host.ts';
import type { Image } from '../v1/image.ts';
import type { Kernel } from '../v1/kernel.ts';
import type { Vm } from '../v1/vm.ts';
import type { ArchiveClient } from './archive-client.ts';
import type { ChangeClient } from './change-client.ts';
import type { EventClient } from './event-client.ts';
import type { FileClient } from './file-client.ts';
import type { Volume } from '../v1/volume.ts';
import type { Snapshot } from '../v1/snapshot.ts';
import type { WarmPool } from '../v1/warm-pool.ts';
import type { Finder } from './finder.ts';
import type { HostClient } from './host-client.ts';
import type { ImageClient } from './image-client.ts';
import type { KernelClient } from './kernel-client.ts';
import type { PoolClient } from './pool-client.ts';
import type { SpaceClient } from './space-client.ts';
import type { UsageClient } from './usage-client.ts';
import type { LifeClient } from './life-client.ts';
import type { VmClient } from './vm-client.ts';
import type { SnapshotClient } from './snapshot-client.ts';
import type { VolumeClient } from './volume-client.ts';

/** Finds networks, which are files of the host that others write too. */
export interface NetworkFinder extends Finder<CniNetwork> {
  /** Returns why the broken network files are not networks. */
  broken(): Promise<readonly CodedError[]>;
}

export interface HostRegistry extends Finder<Host> {
  /**
   * Removes a host that is lost, and returns whether there was one of that name.
   * @throws CodedError HOST_ALIVE, HOST_OWN
   */
  remove(name: string, signal: AbortSignal): Promise<boolean>;
}

/** The part of the client for commands that only read. */
export interface ReadClient {
  readonly vms: Finder<Vm>;
  readonly images: Finder<Image>;
  readonly kernels: Finder<Kernel>;
  readonly networks: NetworkFinder;
  readonly volumes: Finder<Volume>;
  readonly snapshots: Finder<Snapshot>;
  readonly pools: Finder<WarmPool>;
  readonly events: EventClient;
  readonly hosts: Finder<Host>;
  /** The objects of all kinds, as they are stored: Secrets are encrypted. */
  readonly stored: StoreReader;
}

/**
 * The port between commands and the engine, with a part for each kind. It is served in the same process, and
 * later by a daemon.
 */
export interface Client extends ReadClient, AsyncDisposable {
  readonly vms: VmClient;
  readonly files: FileClient;
  readonly changes: ChangeClient;
  readonly archives: ArchiveClient;
  readonly images: ImageClient;
  readonly kernels: KernelClient;
  readonly volumes: VolumeClient;
  readonly snapshots: SnapshotClient;
  readonly pools: PoolClient;
  readonly host: HostClient;
  readonly hosts: HostRegistry;
  readonly usage: UsageClient;
  readonly space: SpaceClient;
  readonly life: LifeClient;
  /** The objects of all kinds. */
  readonly objects: ObjectClient;
  /** Replaces a damaged record by an object that can be removed, if `query` is exactly its full name or uid. */
  mend(kind: string, query: string): Promise<void>;
}
