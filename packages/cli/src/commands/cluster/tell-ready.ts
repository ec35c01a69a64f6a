import type { ClusterKey } from '@ignite/cluster/operations/cluster-view';
import { readClusterKubeconfig } from '@ignite/cluster/operations/read-kubeconfig';
import type { Invocation } from '../../arguments/command.ts';
import type { ClusterHost } from '../../cluster-context.ts';
import { addContext, userKubeconfigPath } from '../../files/user-kubeconfig.ts';
import { tellNote } from '../../render/message/note.ts';
import { documentFormatOf } from '../../render/objects.ts';
import { tellUnattended } from './cluster-flags.ts';

/** Tells that a cluster is ready, and makes it a context of the kubeconfig of whoever has asked for it. */
export async function tellReady(
  key: ClusterKey & { readonly version: string },
  host: ClusterHost,
  invocation: Invocation,
): Promise<void> {
  const { namespace, name, version } = key;
  const { flags, io } = invocation;
  const { objects, op } = host;
  const tell = (text: string): void => {
    if (!flags.isSet('quiet') && documentFormatOf(flags) === undefined) io.out.write(`${text}\n`);
  };
  tell(`Cluster "${name}" runs Kubernetes ${version}`);
  if (flags.switch('kubeconfig', true)) {
    const kubeconfig = await readClusterKubeconfig(key, objects, op.signal);
    const path = userKubeconfigPath(io.env);
    const isAdded = await addContext(path, { context: name, cluster: `${namespace}/${name}`, kubeconfig });
    if (isAdded) tell(`Your kubeconfig has the context "${name}": kubectl get nodes`);
    else
      tellNote(
        `${path} has a context "${name}" of somebody else, which stays: "ignite cluster kubeconfig ${namespace}/${name}" prints that of the cluster`,
        invocation,
      );
  }
  tellUnattended(host, invocation);
}
