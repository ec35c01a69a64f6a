import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { secretObjects } from '../kinds/object-kinds.ts';
import { textIn } from '../workload/cluster-secrets.ts';
import type { ClusterKey } from './cluster-view.ts';

export type KubeconfigErrorCode = 'CLUSTER_KUBECONFIG_MISSING';

/** Returns the kubeconfig of the administrator of a cluster. @throws CodedError CLUSTER_KUBECONFIG_MISSING */
export async function readClusterKubeconfig(
  { namespace, name }: ClusterKey,
  client: ObjectClient,
  signal: AbortSignal,
): Promise<string> {
  const secret = await new KindClient(client, secretObjects).find(
    { namespace, name: `${name}-kubeconfig` },
    { signal },
  );
  const text = secret && textIn(secret, 'value');
  if (text === undefined)
    throw new CodedError<KubeconfigErrorCode>(
      'CLUSTER_KUBECONFIG_MISSING',
      `cluster "${name}" has no kubeconfig yet`,
      {
        hint: `it is made with the control plane: "ignite cluster describe ${namespace}/${name}" shows how far that is`,
      },
    );
  return text;
}
