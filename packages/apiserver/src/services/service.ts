import { coreMetadataSchema } from '@ignite/toolkit/core/metadata';
import type { ServedKind } from '@ignite/toolkit/client/over-store/served-kind';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import type { ErrorCause } from '@ignite/toolkit/client/object-error';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { described } from '@ignite/toolkit/schema/described';
import { defineKind } from '@ignite/toolkit/scheme/kind';
import { age } from '@ignite/toolkit/text/age';
import * as v from 'valibot';
import { coreResourceOf } from '../resource/served-resource-of.ts';
import type { ServedResource } from '../resource/served-resource.ts';
import { duplicateValue, invalidValue, requiredValue } from '../structural-schema/field-error.ts';
import { isRecord } from '../structural-schema/json-record.ts';
import { subdomainFault } from '../structural-schema/name-faults.ts';
import { withoutNulls } from '../structural-schema/without-nulls.ts';
import { portNumber, protocol } from './port.ts';

const headless = 'None';
const noClusterIp = v.literal(
  headless,
  'must be "None": the server has no cluster network to give addresses of',
);

const portSchema = v.strictObject({
  name: described('The name of the port, if there are several.', v.optional(v.string())),
  protocol: described('TCP, UDP or SCTP.', protocol),
  port: described('The port at which clients look for the service.', portNumber),
  targetPort: described(
    'The port or its name at the endpoints; by default the same.',
    v.optional(v.union([v.string(), v.number()])),
  ),
  appProtocol: described('What is spoken there, such as `https`.', v.optional(v.string())),
});

/** Managers have ports of their own, which are told apart as in Kubernetes. */
const portsSchema = v.pipe(
  v.array(portSchema),
  v.metadata({
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['port', 'protocol'],
  }),
);

const specSchema = v.strictObject({
  type: described(
    '`ClusterIP` for what EndpointSlices tell, and `ExternalName` for a host by its name.',
    v.optional(
      v.picklist(
        ['ClusterIP', 'ExternalName'],
        'must be "ClusterIP" or "ExternalName": the server opens no ports for services',
      ),
      'ClusterIP',
    ),
  ),
  externalName: described(
    'The name of the host, of a service of the type `ExternalName`.',
    v.optional(v.string()),
  ),
  ports: described('The ports of the service.', v.optional(portsSchema)),
  selector: described(
    'The labels of Pods behind the service. Nothing acts by it here.',
    v.optional(v.pipe(v.record(v.string(), v.string()), v.metadata({ 'x-kubernetes-map-type': 'atomic' }))),
  ),
  clusterIP: described('`None`, since there is no cluster network.', v.optional(noClusterIp)),
  clusterIPs: described('The same as a list.', v.optional(v.array(noClusterIp))),
  externalIPs: v.optional(v.array(v.string())),
  ipFamilies: v.optional(v.array(v.picklist(['IPv4', 'IPv6']))),
  ipFamilyPolicy: v.optional(v.picklist(['SingleStack', 'PreferDualStack', 'RequireDualStack'])),
  internalTrafficPolicy: v.optional(v.picklist(['Cluster', 'Local'])),
  publishNotReadyAddresses: v.optional(v.boolean()),
  sessionAffinity: v.optional(v.picklist(['None', 'ClientIP']), 'None'),
  sessionAffinityConfig: v.optional(
    v.strictObject({ clientIP: v.optional(v.strictObject({ timeoutSeconds: v.optional(v.number()) })) }),
  ),
});

export type ServiceSpec = v.InferOutput<typeof specSchema>;

/** Where programs are found by a name. No address is given to it, and nothing forwards to it. */
export interface Service extends KubeObject {
  readonly kind: 'Service';
  readonly spec: ServiceSpec;
}

const serviceKind = defineKind({
  group: '',
  kind: 'Service',
  plural: 'services',
  shortNames: ['svc'],
  categories: ['all'],
  scope: 'Namespaced',
  subresources: ['status'],
  columns: [
    { title: 'NAME', cell: ({ metadata }) => metadata.name },
    { title: 'TYPE', cell: (service) => specOf(service).type },
    { title: 'CLUSTER-IP', cell: (service) => specOf(service).clusterIPs?.[0] ?? nothing },
    { title: 'EXTERNAL-IP', cell: (service) => externalIp(specOf(service)) },
    { title: 'PORT(S)', cell: (service) => portsText(specOf(service)) },
    { title: 'AGE', cell: ({ metadata }, nowMs) => age(metadata.creationTimestamp, nowMs) },
    { title: 'SELECTOR', wide: true, cell: (service) => selectorText(specOf(service)) },
  ],
  versions: [{ apiVersion: 'v1', kind: 'Service', metadata: coreMetadataSchema, spec: specSchema }],
  strategy: { names: 'DnsLabel', initialStatus: { loadBalancer: {} }, prepare: withoutEmptyFields },
});

const served = servedKindOf(serviceKind);

/** The kind as a client over a store serves it. */
export const servedServiceKind: ServedKind = {
  ...served,
  withDefaults: (object) => {
    const prepared = served.withDefaults?.(object) ?? object;
    const { success, output } = v.safeParse(specSchema, prepared['spec']);
    return success ? { ...prepared, spec: complete(output) } : prepared;
  },
  problems: (object, old) => {
    const problems = served.problems?.(object, old) ?? [];
    return problems.length > 0 ? problems : specProblems(specOf(object));
  },
};

const ofKubernetes = coreResourceOf(serviceKind);

/** The kind as the API server serves it. */
export const serviceResource: ServedResource = {
  ...ofKubernetes,
  mergeKeys: { ...ofKubernetes.mergeKeys, 'spec.ports': 'port' },
};

/** Pure. Leaves out what Kubernetes takes for nothing: null, and an address that is empty. */
function withoutEmptyFields(service: KubeObject): KubeObject {
  const { spec } = service;
  if (!isRecord(spec)) return service;
  const { clusterIP, ...others } = spec;
  return { ...service, spec: withoutNulls(clusterIP === '' ? others : spec) };
}

/**
 * Pure. Fills in what Kubernetes fills in, but for addresses, and leaves out what says nothing, as the port 0, and what
 * a Service of its type does not have.
 */
function complete({
  ports,
  publishNotReadyAddresses: isEarly,
  clusterIP: _address,
  clusterIPs: _addresses,
  internalTrafficPolicy = 'Cluster',
  ...spec
}: ServiceSpec): ServiceSpec {
  return {
    ...spec,
    ...(spec.type === 'ClusterIP' && {
      clusterIP: headless,
      clusterIPs: [headless],
      internalTrafficPolicy,
    }),
    ...(isEarly && { publishNotReadyAddresses: isEarly }),
    ...(ports && { ports: ports.map((port) => ({ ...port, targetPort: port.targetPort || port.port })) }),
  };
}

function specProblems({ type, externalName = '', ports = [] }: ServiceSpec): readonly ErrorCause[] {
  const names = ports.map(({ name = '' }) => name);
  const places = ports.map((port) => `${port.port}/${port.protocol}`);
  return [
    ...(type === 'ExternalName' ? hostProblems('spec.externalName', externalName) : []),
    ...names.flatMap((name, at) => {
      const field = `spec.ports[${at}].name`;
      if (name === '') return names.length > 1 ? [requiredValue(field)] : [];
      return names.indexOf(name) < at ? [duplicateValue(field, name)] : [];
    }),
    ...ports.flatMap((port, at) =>
      places.indexOf(places[at]!) < at ? [duplicateValue(`spec.ports[${at}]`, toldPort(port))] : [],
    ),
  ];
}

/** Pure. Returns a port as Kubernetes tells of one that is there already. */
const toldPort = ({ protocol: Protocol, port: Port }: v.InferOutput<typeof portSchema>): object => ({
  ...{ Name: '', Protocol, AppProtocol: null, Port, TargetPort: 0, NodePort: 0 },
});

function hostProblems(field: string, name: string): readonly ErrorCause[] {
  const host = name.replace(/\.$/, '');
  if (host === '') return [requiredValue(field)];
  const fault = subdomainFault(host);
  return fault === undefined ? [] : [invalidValue(field, host, fault)];
}

const nothing = '<none>';

const specOf = (service: KubeObject): ServiceSpec => (service as Service).spec;

function externalIp({ type, externalName = '', externalIPs = [] }: ServiceSpec): string {
  if (type === 'ExternalName') return externalName;
  return externalIPs.join(',') || nothing;
}

const portsText = ({ ports = [] }: ServiceSpec): string =>
  ports.map(({ port, protocol: spoken }) => `${port}/${spoken}`).join(',') || nothing;

const selectorText = ({ selector = {} }: ServiceSpec): string =>
  Object.entries(selector)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join(',') || nothing;
