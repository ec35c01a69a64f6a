import { configMapResource } from '@ignite/toolkit/core/resources/config-map';
import { eventResource } from '@ignite/toolkit/core/resources/event';
import { leaseResource } from '@ignite/toolkit/core/resources/lease';
import { namespaceResource } from '@ignite/toolkit/core/resources/namespace';
import { secretResource } from '@ignite/toolkit/core/resources/secret';
import { gitSourceResource, syncResource } from '@ignite/toolkit/sync/resources';
import type { Resource } from '@ignite/toolkit/scheme/resource';
import { hostResource } from './v1/resources/host.ts';
import { imageResource } from './v1/resources/image.ts';
import { kernelResource } from './v1/resources/kernel.ts';
import { snapshotResource } from './v1/resources/snapshot.ts';
import { vmResource } from './v1/resources/vm.ts';
import { volumeResource } from './v1/resources/volume.ts';
import { warmPoolResource } from './v1/resources/warm-pool.ts';

/** The kinds of objects that people name and list, in the order in which they are listed. */
export const resources = [
  vmResource,
  imageResource,
  kernelResource,
  volumeResource,
  snapshotResource,
  warmPoolResource,
  gitSourceResource,
  syncResource,
  hostResource,
  namespaceResource,
  configMapResource,
  secretResource,
] as const satisfies readonly Resource[];

/** The kinds that programs write, which are listed only if someone asks for them. */
export const recordResources = [eventResource, leaseResource] as const satisfies readonly Resource[];
