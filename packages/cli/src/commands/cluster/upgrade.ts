import { kubeadmControlPlaneKind } from '@ignite/cluster/kinds/object-kinds';
import { assertNotPaused, findCluster } from '@ignite/cluster/operations/find-cluster';
import { assertUpgrade, versionsOf } from '@ignite/cluster/operations/plan-upgrade';
import { upgradeSteps } from '@ignite/cluster/operations/topology-wish';
import { imagesOfUpgrade, upgradeCluster } from '@ignite/cluster/operations/upgrade-cluster';
import type { Command } from '../../arguments/command.ts';
import { namespaceFlags } from '../../arguments/namespace.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { withClusterControllers } from '../../cluster-context.ts';
import { printDone } from '../../render/message/done.ts';
import { assertNodeImage } from './assert-node-image.ts';
import {
  clusterKey,
  kubernetesFlag,
  tellUnattended,
  versionOf,
  waitFlags,
  waitingOf,
} from './cluster-flags.ts';

export const clusterUpgrade: Command = {
  name: 'cluster upgrade',
  arguments: 'CLUSTER',
  arity: { least: 1, most: 1 },
  summary: 'Upgrade a cluster to another version of Kubernetes: its control plane, and then its workers',
  details: [
    'A control plane is upgraded by one minor version at a time, and never to an older one; that of a topology goes through the kubernetesVersions of its class. Workers are replaced one after the other, and their Pods move to others. An upgrade that was interrupted goes on when the command is run again.',
  ],
  examples: ['ignite cluster upgrade prod --kubernetes v1.36.3'],
  flags: {
    ...namespaceFlags,
    kubernetes: kubernetesFlag,
    image: {
      type: 'string',
      value: 'IMAGE',
      default: 'that of the version',
      help: 'image of the nodes, if the name of the present one does not contain its version',
    },
    timeout: waitFlags['timeout']!,
  },
  run: async (invocation) => {
    const { flags, args } = invocation;
    const key = clusterKey(args[0]!);
    const version = versionOf(flags);
    if (version === undefined)
      throw usageError('no version given', 'give --kubernetes, such as --kubernetes v1.36.3');
    const image = flags.text('image');
    return await withClusterControllers(invocation, async (host) => {
      const waiting = waitingOf(host, flags);
      const view = await findCluster(host.objects, key, host.op.signal);
      assertNotPaused(view);
      const steps = await upgradeSteps(view.cluster, host.objects, host.op.signal);
      assertUpgrade(versionsOf(view, version), version, steps);
      const upgrade = { version, ...(image !== undefined && { image }) };
      const hasControlPlane = view.controlPlane?.kind === kubeadmControlPlaneKind.kind;
      for (const each of await imagesOfUpgrade(view, upgrade, host.objects, host.op.signal))
        await assertNodeImage(each, { version, hasControlPlane }, host.client, host.op.signal);
      await upgradeCluster(view, upgrade, waiting);
      printDone(view.cluster, `Cluster "${key.name}" runs Kubernetes ${version}`, invocation);
      tellUnattended(host, invocation);
      return 0;
    });
  },
};
