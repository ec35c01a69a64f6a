import { vmResource } from '@ignite/api/v1/resources/vm';
import type { CallOptions, ObjectClient } from '@ignite/toolkit/client/object-client';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { ServedResource } from '../../resource/served-resource.ts';
import { nameColumn } from '../../resource/table-column.ts';
import { type Computation, ComputedObjects, computedVerbs } from '../computed-objects.ts';
import { hosts } from '../known-hosts.ts';
import { vmContainer } from '../pod/container-status.ts';
import { readOnly } from '../read-only.ts';
import { viewColumns } from '../view-columns.ts';
import { viewResource } from '../view-resource.ts';
import type { UsageMeter, UsageRate } from './usage-rates.ts';

const [group, version] = ['metrics.k8s.io', 'v1beta1'];
const apiVersion = `${group}/${version}`;
const vms = { group: vmResource.group, version: 'v1', resource: vmResource.plural };

/** The quantities of something that is used. */
interface Quantities {
  readonly cpu: string;
  readonly memory: string;
}

const usageOf = ({ cpus, memory }: UsageRate): Quantities => ({
  cpu: `${Math.round(cpus * 1e9)}n`,
  memory: `${Math.ceil(memory / 1_024)}Ki`,
});

const metricsOf = (kind: string, { metadata }: KubeObject, time: string, rate: UsageRate): KubeObject => ({
  apiVersion,
  kind,
  metadata: { ...metadata, resourceVersion: '', creationTimestamp: time, annotations: {}, finalizers: [] },
  timestamp: time,
  window: `${(rate.windowMs / 1_000).toFixed(3)}s`,
});

/** Returns what VMs and hosts use, as `kubectl top` and autoscalers ask for it: those of this host alone. */
export function metricsViews(meter: UsageMeter, hostName: string): readonly ServedResource[] {
  const measured = async (client: ObjectClient, from: typeof vms, { signal }: CallOptions) => {
    const [{ items }, rates] = await Promise.all([
      client.list(from, { signal }),
      meter.measure(signal ?? new AbortController().signal),
    ]);
    return { items, rates };
  };
  const ofPods: Computation = async (client, options) => {
    const { items, rates } = await measured(client, vms, options);
    return items.flatMap((vm) => {
      const rate = rates.vms.get(vm.metadata.uid);
      if (!rate) return [];
      const containers = [{ name: vmContainer, usage: usageOf(rate) }];
      return [{ ...metricsOf('PodMetrics', vm, rates.time, rate), containers }];
    });
  };
  const ofNodes: Computation = async (client, options) => {
    const { items, rates } = await measured(client, hosts, options);
    const { host: rate } = rates;
    const own = items.filter(({ metadata }) => metadata.name === hostName);
    return rate
      ? own.map((host) => ({ ...metricsOf('NodeMetrics', host, rates.time, rate), usage: usageOf(rate) }))
      : [];
  };
  return [
    metricsResource({ resource: 'nodes', kind: 'NodeMetrics', isNamespaced: false }, ofNodes),
    metricsResource({ resource: 'pods', kind: 'PodMetrics', isNamespaced: true }, ofPods),
  ];
}

type Measured = KubeObject & {
  readonly usage?: Quantities;
  readonly containers?: readonly { readonly usage: Quantities }[];
  readonly window: string;
};

const usageIn = ({ usage, containers }: Measured): Quantities | undefined => usage ?? containers?.[0]?.usage;

const metricsResource = (
  named: Pick<ServedResource, 'resource' | 'kind' | 'isNamespaced'>,
  compute: Computation,
): ServedResource =>
  viewResource({
    ...named,
    ...{ group, version },
    columns: [
      nameColumn,
      ...viewColumns<Measured>([
        { name: 'CPU', cell: (object) => usageIn(object)?.cpu },
        { name: 'Memory', cell: (object) => usageIn(object)?.memory },
        { name: 'Window', cell: (object) => object.window },
      ]),
    ],
    view: {
      over: (client) => readOnly(new ComputedObjects(client, compute)),
      verbs: computedVerbs,
      hint: 'what is used is measured',
    },
  });
