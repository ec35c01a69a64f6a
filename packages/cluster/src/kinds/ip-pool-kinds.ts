import type { ObjectKind } from '@ignite/toolkit/scheme/object-kind';
import type { InClusterIpPool } from './in-cluster-ip-pool.ts';
import type { PoolReference } from './ip-address-claim.ts';
import { globalInClusterIpPoolKind, inClusterIpPoolKind } from './object-kinds.ts';

/** The kind of a pool of ours: one of a namespace, or one for all. */
export type IpPoolKind = ObjectKind<InClusterIpPool>;

export const ipPoolKinds: readonly IpPoolKind[] = [inClusterIpPoolKind, globalInClusterIpPoolKind];

/** Pure. Returns the kind of a pool of ours. Others are of other providers. */
export const ipPoolKindOf = ({ apiGroup, kind }: PoolReference): IpPoolKind | undefined =>
  ipPoolKinds.find((each) => each.group === apiGroup && each.kind === kind);

/** Pure. Returns the namespace of the pool that a claim in a namespace means; empty for one that is in none. */
export const poolNamespace = ({ defaultNamespace }: IpPoolKind, namespace: string): string =>
  defaultNamespace === '' ? '' : namespace;
