import { igniteVersion } from '@ignite/api/ignite-version';
import type { NewObject } from '@ignite/toolkit/client/object-client';
import type { Kind } from '@ignite/toolkit/scheme/kind';
import { contractVersion, coreGroup, infrastructureGroup } from '../contract/groups.ts';
import { kinds } from '../kinds/kinds.ts';
import { hostAccount } from './host-account.ts';
import { providerNamespace } from './provider-namespace.ts';

/** The name by which clusterctl knows a provider, and the folder of its releases. */
const providerName = 'infrastructure-ignite';
const providedKinds = ['IgniteCluster', 'IgniteClusterTemplate', 'IgniteMachine', 'IgniteMachineTemplate'];

const providerLabels = { [`${coreGroup}/provider`]: providerName };
/** The versions of a definition that keep a contract, by the contract's version. */
const contractLabels = { [`${coreGroup}/${contractVersion}`]: contractVersion };

/**
 * Pure. Returns what makes Ignite an infrastructure provider in somebody else's management cluster: the definitions of its
 * kinds, with the labels of the contract, the rights on them that Cluster API's own managers need, and the account of hosts.
 * @param definitionOf returns the CustomResourceDefinition of a kind
 */
export function providerComponents(definitionOf: (kind: Kind) => NewObject): readonly NewObject[] {
  const definitions = kinds
    .filter(({ kind }) => providedKinds.includes(kind))
    .map((kind) => {
      const { metadata, ...definition } = definitionOf(kind);
      return { ...definition, metadata: { ...metadata, labels: { ...providerLabels, ...contractLabels } } };
    });
  return [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: providerNamespace, labels: providerLabels },
    },
    ...definitions,
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: {
        name: 'ignite-capi-aggregated-manager',
        labels: { ...providerLabels, [`${coreGroup}/aggregate-to-manager`]: 'true' },
      },
      rules: [
        {
          apiGroups: [infrastructureGroup],
          resources: kinds.filter(({ kind }) => providedKinds.includes(kind)).map(({ plural }) => plural),
          verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
        },
      ],
    },
    ...hostAccount.map((object) => ({ ...object, metadata: { ...object.metadata, labels: providerLabels } })),
  ];
}

/** Pure. Returns the document by which clusterctl learns which release keeps which contract. */
export function providerMetadata(): object {
  const [major = 0, minor = 0] = igniteVersion.split('.').map(Number);
  return {
    apiVersion: 'clusterctl.cluster.x-k8s.io/v1alpha3',
    kind: 'Metadata',
    releaseSeries: [{ major, minor, contract: contractVersion }],
  };
}

/** Pure. Returns the files of the release, below the folder of a repository of clusterctl. */
export const releaseFolder = (): string => `${providerName}/v${igniteVersion}`;
