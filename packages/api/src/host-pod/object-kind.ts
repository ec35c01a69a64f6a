import { objectKind } from '@ignite/toolkit/scheme/object-kind';
import { completeSpec } from '@ignite/toolkit/store/complete-spec';
import { type HostPod, hostPodSpecSchema } from './host-pod.ts';
import { hostPodResource } from './resource.ts';

export const hostPodKind = objectKind<HostPod>(
  hostPodResource,
  `${hostPodResource.group}/v1beta2`,
  completeSpec(hostPodSpecSchema),
);
