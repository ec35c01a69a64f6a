import type { Condition } from '@ignite/toolkit/object/condition';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { isDnsLabel } from '@ignite/toolkit/object/name';
import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';

const name = v.pipe(v.string(), v.nonEmpty(), v.maxLength(253));

/** The fields of a reference to a pool of addresses, of whatever provider. */
export const poolReferenceEntries = {
  apiGroup: name,
  kind: v.pipe(v.string(), v.regex(/^[a-zA-Z]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$/, 'must be a kind')),
  name,
};

const poolReferenceSchema = v.strictObject(poolReferenceEntries);
export type PoolReference = v.InferOutput<typeof poolReferenceSchema>;

export const ipAddressClaimSpecSchema = v.strictObject({
  clusterName: described(
    'Cluster that the claim belongs to.',
    v.optional(v.pipe(v.string(), v.check(isDnsLabel, 'must be the name of a Cluster'))),
  ),
  poolRef: described('Pool that the address is to come from.', poolReferenceSchema),
});

const address = v.pipe(v.string(), v.ip());

export const ipAddressSpecSchema = v.strictObject({
  claimRef: described('Claim that has the address.', v.strictObject({ name })),
  poolRef: described('Pool that the address is from.', poolReferenceSchema),
  address: described('The address, without a prefix.', address),
  prefix: described(
    'Length of the prefix of its network.',
    v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(128)),
  ),
  gateway: described('Gateway of its network.', v.optional(address)),
});

/** A wish for an address of a pool, which whoever provides the pool fulfils. */
export interface IpAddressClaim extends KubeObject {
  readonly kind: 'IPAddressClaim';
  readonly spec: v.InferOutput<typeof ipAddressClaimSpecSchema>;
  readonly status?: {
    readonly addressRef?: { readonly name: string };
    readonly conditions?: readonly Condition[];
  };
}

/** An address that a claim has. */
export interface IpAddress extends KubeObject {
  readonly kind: 'IPAddress';
  readonly spec: v.InferOutput<typeof ipAddressSpecSchema>;
}
