import { isIP } from 'node:net';
import { awaitsBootstrap } from '@ignite/api/v1/awaits-bootstrap';
import { restartedAtAnnotation } from '@ignite/api/v1/restarted-at';
import type { Vm } from '@ignite/api/v1/vm';
import type { NewOfKind } from '@ignite/toolkit/client/kind-client';
import { contentHash } from '@ignite/toolkit/codec/content-hash';
import { labels } from '../contract/names.ts';
import { controllerReference } from '../contract/owner.ts';
import type { EtcdCluster } from '../kinds/etcd-cluster.ts';
import { etcdClusterKind } from '../kinds/object-kinds.ts';
import { restoredFile } from './member-config.ts';
import { memberSecretName, userDataKey } from './member-secrets.ts';

const templateAnnotation = 'etcd.cluster.x-k8s.io/template-hash';
const configuredAnnotation = 'etcd.cluster.x-k8s.io/configured';

/** The name of a VM has its number behind that of the cluster. */
export const memberName = ({ metadata }: EtcdCluster, index: number): string =>
  `${metadata.name.slice(0, 57)}-${index}`;

export const indexOf = ({ metadata }: Vm): number => Number(/-(\d+)$/.exec(metadata.name)?.[1] ?? 0);

/** The image of a member that names none. People build and import it once for each version. */
export const defaultEtcdImage = (version: string): string => `ignite-etcd:${version}`;

/** Pure. Returns the VM of a new member, which waits for its configuration. */
export function vmOfMember(cluster: EtcdCluster, index: number): NewOfKind {
  const { metadata, spec, status } = cluster;
  const name = memberName(cluster, index);
  const { image = { oci: defaultEtcdImage(spec.version) }, copyFiles, ...vm } = spec.vm;
  const restored = spec.restore && !status?.initialized ? [{ ...spec.restore, vmPath: restoredFile }] : [];
  return {
    metadata: {
      name,
      namespace: metadata.namespace,
      labels: { [labels.etcdCluster]: metadata.name },
      annotations: { [templateAnnotation]: templateHash(cluster) },
      ownerReferences: [controllerReference(etcdClusterKind, cluster)],
    },
    spec: {
      ...{ ...vm, image, copyFiles: [...copyFiles, ...restored] },
      cloudInit: { userDataSecretRef: { name: memberSecretName(name), key: userDataKey } },
      restartPolicy: 'always',
    },
  };
}

/**
 * Pure. Returns a VM without the snapshot, once that is the data of its member. A VM needs what is copied into it at each
 * start, and people move their snapshots away.
 */
export function withoutSnapshot(vm: Vm): Vm {
  const copyFiles = vm.spec.copyFiles.filter(({ vmPath }) => vmPath !== restoredFile);
  return copyFiles.length === vm.spec.copyFiles.length ? vm : { ...vm, spec: { ...vm.spec, copyFiles } };
}

/** Pure. Tells whether a VM is as a cluster wants its VMs. */
export const isAsWanted = ({ metadata }: Vm, cluster: EtcdCluster): boolean =>
  metadata.annotations[templateAnnotation] === templateHash(cluster);

const templateHash = ({ spec: { version, vm, config = {} } }: EtcdCluster): string =>
  contentHash([version, vm, config]);

/** Pure. Returns where a member is reached. One that was configured keeps its address. */
export const addressOf = ({ spec: { network: wanted }, status }: Vm): string | undefined =>
  wanted.address ?? status.network?.ipAddresses.find((address) => isIP(address) !== 0);

/** Pure. Returns a VM that keeps its address, and is restarted with what was written for it at a time. */
export const restartedWith = (vm: Vm, address: string, writtenTime: string): Vm => ({
  ...vm,
  metadata: {
    ...vm.metadata,
    annotations: {
      ...vm.metadata.annotations,
      [configuredAnnotation]: writtenTime,
      [restartedAtAnnotation]: writtenTime,
    },
  },
  spec: { ...vm.spec, network: { ...vm.spec.network, address } },
});

/** Pure. Returns when that was written with which a VM was restarted last. */
export const configuredTimeOf = ({ metadata }: Vm): string | undefined =>
  metadata.annotations[configuredAnnotation];

/**
 * Pure. Tells whether the first start of a VM is still under way, until its guest has told of its user data. Before, the guest might read a configuration that is
 * written now: etcd would begin then, and be ended by the restart before it has written what it needs to begin again. And the guest would not hear that it is to
 * power off, so that the restart would wait for as long as it grants the guest.
 */
export const isFirstStart = (vm: Vm): boolean =>
  configuredTimeOf(vm) === undefined && (vm.status.phase !== 'Running' || awaitsBootstrap(vm));
