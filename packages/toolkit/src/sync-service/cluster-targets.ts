import { objectsOf } from '../client/kind-client.ts';
import type { ObjectClient } from '../client/object-client.ts';
import { ApiConnection } from '../client/over-http/api-connection.ts';
import { kubeconfigAccess } from '../client/over-http/kubeconfig-access.ts';
import type { ServerAccess } from '../client/over-http/server-access.ts';
import type { Clock } from '../clock/clock.ts';
import type { SecretFields } from '../core/resources/secret.ts';
import { hasCode } from '../errors/coded-error.ts';
import { errorText } from '../errors/error-text.ts';
import type { KubeObject } from '../object/kube-object.ts';
import { ServerActuator } from '../apply/server-actuator.ts';
import { kubeconfigName } from '../sync/kubeconfig-name.ts';
import type { OpenTarget, OpenedTarget } from '../sync/sync-target.ts';

const secrets = { group: '', version: 'v1', resource: 'secrets', kind: 'Secret' };
/** The key of the kubeconfig in its Secret, as Cluster API has it. */
const secretKey = 'value';
/** The time in which a cluster must answer, in milliseconds. */
const silenceMs = 10_000;

/** What others need to be there first. Each is healthy before the next is applied, and all other kinds come last. */
const kindOrder = [
  'CustomResourceDefinition.apiextensions.k8s.io',
  'Namespace',
  'StorageClass.storage.k8s.io',
  'PriorityClass.scheduling.k8s.io',
  'ServiceAccount',
  'ClusterRole.rbac.authorization.k8s.io',
  'Role.rbac.authorization.k8s.io',
  'ClusterRoleBinding.rbac.authorization.k8s.io',
  'RoleBinding.rbac.authorization.k8s.io',
  'Secret',
  'ConfigMap',
];

/** Opens the clusters that Syncs name, with the kubeconfigs in their Secrets. */
export const clusterTargets =
  (client: ObjectClient, clock: Clock): OpenTarget =>
  async ({ metadata: { namespace }, spec }, signal) => {
    const cluster = spec.cluster!;
    const name = kubeconfigName(cluster);
    const secret = await objectsOf(client, secrets).find({ namespace, name }, { signal });
    const text = (secret as SecretFields | undefined)?.data?.[secretKey];
    if (text === undefined)
      return {
        state: 'absent',
        message: `waiting for cluster "${cluster}": the Secret "${name}" is not there`,
      };
    const access = kubeconfigAccess(Buffer.from(text, 'base64').toString('utf8'));
    if (!access)
      return {
        state: 'unreachable',
        message: `the Secret "${name}" has no kubeconfig with an https server, its authority and credentials`,
      };
    using connection = new ApiConnection(access);
    try {
      await connection.call({ method: 'GET', path: '/version', silenceMs, signal });
      return ready(`${cluster} ${await uidOf(connection, signal)}`, access, clock);
    } catch (failure) {
      signal.throwIfAborted();
      return { state: 'unreachable', message: `waiting for cluster "${cluster}": ${errorText(failure)}` };
    }
  };

/** Returns what tells a cluster from another one of its name, or nothing if the kubeconfig has not the right to see it. */
async function uidOf(connection: ApiConnection, signal: AbortSignal): Promise<string> {
  try {
    const path = '/api/v1/namespaces/kube-system';
    const found = await connection.call({ method: 'GET', path, silenceMs, signal });
    return (found as KubeObject).metadata.uid;
  } catch (failure) {
    if (hasCode(failure, 'FORBIDDEN') || hasCode(failure, 'NOT_FOUND')) return '';
    throw failure;
  }
}

function ready(id: string, access: ServerAccess, clock: Clock): OpenedTarget {
  const actuator = new ServerActuator(access, clock);
  const target = {
    id,
    actuator,
    kindOrder,
    hostUses: undefined,
    anyKind: true,
    [Symbol.dispose]: () => actuator[Symbol.dispose](),
  };
  return { state: 'ready', target };
}
