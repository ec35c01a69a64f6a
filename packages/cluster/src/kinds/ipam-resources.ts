import type { Resource } from '@ignite/toolkit/scheme/resource';
import { ipamGroup } from '../contract/groups.ts';
import { ageColumn, count, nameColumn, readinessBy } from './columns.ts';
import { common } from './common-fields.ts';
import type { InClusterIpPool } from './in-cluster-ip-pool.ts';
import type { IpAddress, IpAddressClaim } from './ip-address-claim.ts';

const inClusterIpPool = {
  ...common,
  group: ipamGroup,
  kind: 'InClusterIPPool',
  plural: 'inclusterippools',
  columns: [
    nameColumn,
    { title: 'ADDRESSES', cell: ({ spec }) => spec.addresses.join(','), flexible: true },
    { title: 'TOTAL', cell: ({ status }) => count(status?.ipAddresses?.total) },
    { title: 'FREE', cell: ({ status }) => count(status?.ipAddresses?.free) },
    { title: 'USED', cell: ({ status }) => count(status?.ipAddresses?.used) },
    ageColumn,
  ],
  summary: ({ status }) => `free: ${status?.ipAddresses?.free ?? 0} of ${status?.ipAddresses?.total ?? 0}`,
  applyOrder: 3,
} satisfies Resource<InClusterIpPool>;

/** The same for claims of all namespaces. */
const globalInClusterIpPool = {
  ...inClusterIpPool,
  scope: 'Cluster',
  kind: 'GlobalInClusterIPPool',
  plural: 'globalinclusterippools',
} satisfies Resource<InClusterIpPool>;

const ipAddressClaim = {
  ...common,
  group: ipamGroup,
  kind: 'IPAddressClaim',
  plural: 'ipaddressclaims',
  columns: [
    nameColumn,
    { title: 'POOL NAME', cell: ({ spec }) => spec.poolRef.name },
    { title: 'POOL KIND', cell: ({ spec }) => spec.poolRef.kind },
    ageColumn,
  ],
  readiness: readinessBy('Ready'),
  summary: ({ status }) => status?.addressRef?.name ?? '',
  applyOrder: 4,
} satisfies Resource<IpAddressClaim>;

const ipAddress = {
  ...{ scope: 'Namespaced', categories: ['cluster-api'] },
  group: ipamGroup,
  kind: 'IPAddress',
  plural: 'ipaddresses',
  columns: [
    nameColumn,
    { title: 'ADDRESS', cell: ({ spec }) => spec.address },
    { title: 'POOL NAME', cell: ({ spec }) => spec.poolRef.name },
    { title: 'POOL KIND', cell: ({ spec }) => spec.poolRef.kind },
    ageColumn,
  ],
  summary: ({ spec }) => spec.address,
  applyOrder: 5,
} satisfies Resource<IpAddress>;

export const ipamResources = { inClusterIpPool, globalInClusterIpPool, ipAddressClaim, ipAddress };
