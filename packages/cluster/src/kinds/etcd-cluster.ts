import { absolutePath } from '@ignite/api/v1/absolute-path';
import { vmSpecSchema } from '@ignite/api/v1/vm';
import type { Condition } from '@ignite/toolkit/object/condition';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';

const {
  cloudInit: _configuration,
  power: _power,
  restartPolicy: _restarts,
  hostName: _host,
  source: _source,
  command: _command,
  tty: _terminal,
  env: _environment,
  ...vmEntries
} = vmSpecSchema.entries;

/** All members are made of it, so that nothing in it may be of one member alone. */
const memberVmSchema = v.pipe(
  v.strictObject({ ...vmEntries, image: v.optional(vmEntries.image) }),
  v.check(
    ({ network }) => (network.address ?? network.address6 ?? network.mac) === undefined,
    'must not set an address in network: each member has its own',
  ),
  v.check(({ network }) => network.ports.length === 0, 'must not publish ports: clients reach each member'),
);

/** The settings of etcd that are not for people: the data, the membership, and who may connect depend on them. */
const settingsOfCluster: readonly RegExp[] = [
  /^(name|data-dir|wal-dir|enable-grpc-gateway)$/,
  /^(listen|advertise)-(client|peer)-/,
  /^initial-(advertise|cluster)/,
  /^(client|peer)-transport-security$/,
  /^(force-new-cluster|discovery|proxy)/,
];

const isOfCluster = (setting: string): boolean => settingsOfCluster.some((each) => each.test(setting));

const shortestPatience = 30;
const defaultPatience = 600;

export const etcdClusterSpecSchema = v.strictObject({
  replicas: described(
    'Number of members. It is odd, since one more would not let etcd survive another failure.',
    v.optional(v.pipe(v.number(), v.picklist([1, 3, 5, 7], 'must be 1, 3, 5 or 7')), 1),
  ),
  version: described(
    'Version of etcd, such as 3.6.5. Members are replaced one by one when it changes.',
    v.pipe(v.string(), v.regex(/^\d+\.\d+\.\d+([-.][0-9A-Za-z.-]+)?$/, 'must be a version such as 3.6.5')),
  ),
  vm: described(
    'The VM of a member, as in the kind VM. Its image is by default `ignite-etcd` of the version. Members are replaced one by one when it changes.',
    v.optional(memberVmSchema, {}),
  ),
  config: described(
    'Further settings of the configuration file of etcd, such as `quota-backend-bytes`. Members are replaced one by one when they change.',
    v.optional(
      v.pipe(
        v.record(v.string(), v.union([v.string(), v.number(), v.boolean()])),
        v.check(
          (config) => Object.keys(config).every((setting) => !isOfCluster(setting)),
          'must not set what the cluster sets itself, or could not work with: its name, folders, addresses, certificates, members, or discovery',
        ),
      ),
    ),
  ),
  restore: described(
    'Snapshot with whose data the first member begins. It cannot be changed.',
    v.optional(
      v.strictObject({
        hostPath: described('File on the host, as "ignite etcd backup" has written it.', absolutePath),
      }),
    ),
  ),
  clusterName: described(
    'Cluster of the same namespace whose control plane keeps its data here: what it shows this etcd is kept in its Secrets `NAME-etcd` and `NAME-apiserver-etcd-client`.',
    v.optional(v.pipe(v.string(), v.nonEmpty(), v.maxLength(63))),
  ),
  replaceAfterSeconds: described(
    'Time for which a member may be unhealthy before it is replaced.',
    v.optional(v.pipe(v.number(), v.integer(), v.minValue(shortestPatience)), defaultPatience),
  ),
});
export type EtcdClusterSpec = v.InferOutput<typeof etcdClusterSpecSchema>;

/** A member, with its VM. */
export interface EtcdMemberStatus {
  /** The name of its VM. */
  readonly name: string;
  readonly address?: string;
  readonly role: 'None' | 'Learner' | 'Voter';
  readonly isHealthy: boolean;
  readonly isLeader: boolean;
  readonly version?: string;
  /** Since when it has not been healthy (RFC 3339). */
  readonly unhealthyTime?: string;
}

export interface EtcdClusterStatus {
  /** Whether it has ever answered. From then on, its data is in its members alone. */
  readonly initialized?: true;
  /** The version of the oldest member. */
  readonly version?: string;
  readonly replicas?: number;
  readonly readyReplicas?: number;
  readonly upToDateReplicas?: number;
  readonly selector?: string;
  /** Where clients reach it. */
  readonly endpoints?: readonly string[];
  readonly members?: readonly EtcdMemberStatus[];
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
}

/** An etcd of its own, whose members are VMs. */
export interface EtcdCluster extends KubeObject {
  readonly kind: 'EtcdCluster';
  readonly spec: EtcdClusterSpec;
  readonly status?: EtcdClusterStatus;
}
