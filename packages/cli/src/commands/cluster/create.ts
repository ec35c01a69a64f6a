import { awaitCluster } from '@ignite/cluster/operations/await-cluster';
import { createCluster } from '@ignite/cluster/operations/create-cluster';
import { describeCluster } from '@ignite/cluster/operations/describe-cluster';
import { planCluster } from '@ignite/cluster/operations/plan-cluster';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { Command } from '../../arguments/command.ts';
import { namespaceFlags } from '../../arguments/namespace.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { hasKvm, isForOtherHost } from '../../context.ts';
import { readInputFile } from '../../files/input-file.ts';
import { createdText, printDone } from '../../render/message/done.ts';
import { tellNote } from '../../render/message/note.ts';
import { documentFlag, documentFormatOf, printDocument } from '../../render/objects.ts';
import { assertNodeImage } from './assert-node-image.ts';
import { clusterKey, isWaiting, waitFlags, waitingOf, withWishedCluster } from './cluster-flags.ts';
import { createFromSnapshot } from './create-from-snapshot.ts';
import { createWarm, warmFlag, warmthOf } from './create-warm.ts';
import { askedFor } from './described-flags.ts';
import { planRequest, requestFlags } from './plan-request.ts';
import { tellReady } from './tell-ready.ts';

export const clusterCreate: Command = {
  name: 'cluster create',
  arguments: '[NAME]',
  arity: { least: 0, most: 1 },
  summary: 'Create a Kubernetes cluster, and wait until its nodes are ready',
  details: [
    'With --control-plane=auto, the control plane is in VMs where KVM works, and hosted otherwise: its programs run in sandboxes of this host, without a VM.',
    'Unless --endpoint is given, a load balancer on this host (HAProxy) leads to the VMs of the control plane. It also leads to a hosted control plane that begins with several replicas, and one that begins with a single replica has no other one later.',
    'With -f, the file may be a configuration of kind (kind.x-k8s.io/v1alpha4) or manifests of cluster.k8s.io/v1alpha1: what they ask for and Ignite does not have is said. Flags win over the file.',
    'With --warm=auto, a template of the cluster is kept once it is ready, for which it is suspended for some seconds, and the next cluster that is asked for with the same flags goes on from that instead of being built, behind a router. Clusters of one template share their authorities: whoever may enter one of them may enter the others. Therefore the default is never.',
    'With --from, the cluster goes on from a snapshot of another one, which may run beside it: with its nodes, their memory and their addresses, behind a router.',
    'The cluster becomes a context of your kubeconfig, which is $KUBECONFIG or ~/.kube/config, and the current one.',
    'Where no ignited with --clusters runs, the command does its work until the cluster is there. What must go on after that, such as the replacement of machines that fail, needs ignited.',
  ],
  examples: [
    'ignite cluster create dev',
    'ignite cluster create prod --workers 2 --memory 4GB --kubernetes v1.34.4',
    'ignite cluster create prod --control-plane hosted --control-planes 3',
    'ignite cluster create prod --control-plane vm --control-planes 3',
    'ignite cluster create prod --control-plane vm --endpoint 10.61.0.10:6443',
    'ignite cluster create dev -f calico.yaml',
    'ignite cluster create -f kind.yaml',
    'ignite cluster create dev --dry-run > cluster.yaml',
    'ignite cluster create dev --warm auto',
    'ignite cluster create test --from ready',
  ],
  flags: {
    from: {
      type: 'string',
      value: 'SNAPSHOT',
      help: 'snapshot of a cluster to go on from, instead of building one; no other flags for the cluster apply',
    },
    ...requestFlags,
    warm: warmFlag,
    ...namespaceFlags,
    kubeconfig: { type: 'boolean', default: 'true', help: 'make the cluster a context of your kubeconfig' },
    ...waitFlags,
    timings: { type: 'boolean', help: 'print how long each step took, to standard error' },
    'dry-run': { type: 'boolean', help: 'print the objects of the cluster, without creating them' },
    output: {
      ...documentFlag,
      help: 'print the cluster as json or yaml, and with --dry-run all its objects',
    },
  },
  run: async (invocation) => {
    const { flags, args, namespace, io } = invocation;
    const snapshot = flags.text('from');
    if (snapshot !== undefined) return await createFromSnapshot(snapshot, invocation);
    const canAccelerate = !isForOtherHost(invocation) && (await hasKvm());
    const file = flags.text('filename');
    const text = file === undefined ? undefined : await readInputFile('--filename', file);
    const described = text === undefined ? undefined : describeCluster(text, file!);
    const name = args[0] ?? described?.name;
    if (name === undefined)
      throw usageError('cluster create requires a name', 'use "ignite cluster create NAME"');
    const key = clusterKey(name, namespace);
    const asked = described ? askedFor(described, flags, canAccelerate) : { flags, remarks: [] };
    for (const remark of asked.remarks) tellNote(remark, invocation);
    const { request: found, why } = planRequest(
      key,
      asked.flags,
      canAccelerate,
      described ? undefined : text,
    );
    const request = { ...found, ...(described && { networks: described.networks }) };
    const planned = planCluster(request);
    const format = documentFormatOf(flags);
    if (flags.isSet('dry-run')) {
      const items = planned.map(({ object }) => object);
      if (format === 'json') await printDocument({ apiVersion: 'v1', kind: 'List', items }, format, io);
      else {
        const { stringify } = await import('yaml');
        io.out.write(
          items.map((object) => stringify(object, { aliasDuplicateObjects: false })).join('---\n'),
        );
      }
      return 0;
    }
    if (why !== undefined) tellNote(why, invocation);
    const warmth = warmthOf(request, invocation);
    return await withWishedCluster(invocation, async (host) => {
      const waiting = waitingOf(host, flags);
      await assertNodeImage(
        request.workers.shape.image,
        { version: request.version, hasControlPlane: request.controlPlane.kind === 'vm' },
        host.client,
        host.op.signal,
      );
      const tellCreated = (created: KubeObject): void => {
        if (format === undefined) printDone(created, createdText('cluster', created), invocation);
      };
      let cluster: KubeObject;
      if (warmth !== undefined) cluster = await createWarm(request, warmth, host, invocation, tellCreated);
      else {
        cluster = await createCluster(planned, host.objects, host.op.signal);
        tellCreated(cluster);
        if (isWaiting(flags)) ({ cluster } = await awaitCluster(key, waiting));
      }
      if (isWaiting(flags)) await tellReady(request, host, invocation);
      if (format !== undefined) await printDocument(cluster, format, io);
      return 0;
    });
  },
};
