import { BlockList, isIPv4, isIPv6 } from 'node:net';
import type { ErrorCause } from '@ignite/toolkit/client/object-error';
import type { ServedKind } from '@ignite/toolkit/client/over-store/served-kind';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { coreMetadataSchema } from '@ignite/toolkit/core/metadata';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { described } from '@ignite/toolkit/schema/described';
import { defineKind } from '@ignite/toolkit/scheme/kind';
import { age } from '@ignite/toolkit/text/age';
import * as v from 'valibot';
import { builtInResourceOf } from '../resource/served-resource-of.ts';
import type { ServedResource } from '../resource/served-resource.ts';
import { duplicateValue, invalidValue } from '../structural-schema/field-error.ts';
import { withoutNulls } from '../structural-schema/without-nulls.ts';
import { portNumber, protocol } from './port.ts';

const endpointSchema = v.strictObject({
  addresses: described(
    'The addresses of the endpoint. The first one is used.',
    v.pipe(
      v.array(v.string()),
      v.minLength(1, 'must contain at least 1 address'),
      v.maxLength(100, 'must have at most 100 items'),
    ),
  ),
  conditions: v.optional(
    v.strictObject({
      ready: described('Whether it answers; by default it does.', v.optional(v.boolean())),
      serving: v.optional(v.boolean()),
      terminating: v.optional(v.boolean()),
    }),
    {},
  ),
  hostname: v.optional(v.string()),
  nodeName: v.optional(v.string()),
  zone: v.optional(v.string()),
  targetRef: v.optional(v.looseObject({})),
  hints: v.optional(v.looseObject({})),
  deprecatedTopology: v.optional(v.record(v.string(), v.string())),
});

const portSchema = v.strictObject({
  name: described('The name of the port of the Service.', v.optional(v.string(), '')),
  protocol: described('TCP, UDP or SCTP.', protocol),
  port: described('The port at the endpoints.', v.optional(portNumber)),
  appProtocol: described('What is spoken there, such as `https`.', v.optional(v.string())),
});

const fields = {
  addressType: described('What the addresses are.', v.picklist(['IPv4', 'IPv6', 'FQDN'])),
  endpoints: described(
    'Where programs are.',
    v.optional(
      v.nullable(v.pipe(v.array(endpointSchema), v.maxLength(1_000, 'must have at most 1000 items'))),
    ),
  ),
  ports: described(
    'The ports of all endpoints.',
    v.optional(v.nullable(v.pipe(v.array(portSchema), v.maxLength(100, 'must have at most 100 items')))),
  ),
};

const sliceSchema = v.looseObject(fields);

/** Where the programs of a Service are. Whoever runs them writes it. */
export type EndpointSlice = KubeObject & v.InferOutput<typeof sliceSchema>;

/** The label of a slice that names its Service. */
export const serviceNameLabel = 'kubernetes.io/service-name';

const endpointSliceKind = defineKind({
  group: 'discovery.k8s.io',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  scope: 'Namespaced',
  columns: [
    { title: 'NAME', cell: ({ metadata }) => metadata.name },
    { title: 'ADDRESSTYPE', cell: (slice) => sliceOf(slice).addressType },
    {
      title: 'PORTS',
      cell: (slice) => firstThree((sliceOf(slice).ports ?? []).map(({ name, port }) => String(port ?? name))),
    },
    {
      title: 'ENDPOINTS',
      cell: (slice) => firstThree((sliceOf(slice).endpoints ?? []).flatMap(({ addresses }) => addresses)),
    },
    { title: 'AGE', cell: ({ metadata }, nowMs) => age(metadata.creationTimestamp, nowMs) },
  ],
  versions: [
    { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: coreMetadataSchema, fields },
  ],
  strategy: { immutable: ['/addressType'], prepare: withoutNullFields },
});

const served = servedKindOf(endpointSliceKind);

/** The kind as a client over a store serves it. */
export const servedEndpointSliceKind: ServedKind = {
  ...served,
  problems: (object, old) => {
    const problems = served.problems?.(object, old) ?? [];
    return problems.length > 0 ? problems : sliceProblems(sliceOf(object));
  },
};

/** The kind as the API server serves it. */
export const endpointSliceResource: ServedResource = builtInResourceOf(endpointSliceKind);

/** Pure. Leaves out of endpoints and ports what is null, which Kubernetes takes for nothing. */
function withoutNullFields({ endpoints, ports, ...slice }: KubeObject): KubeObject {
  return {
    ...slice,
    ...(endpoints !== undefined && { endpoints: withoutNulls(endpoints) }),
    ...(ports !== undefined && { ports: withoutNulls(ports) }),
  };
}

const sliceOf = (object: KubeObject): EndpointSlice => object as EndpointSlice;

function sliceProblems({ addressType, endpoints, ports }: EndpointSlice): readonly ErrorCause[] {
  const names = (ports ?? []).map(({ name }) => name);
  return [
    ...names.flatMap((name, at) =>
      names.indexOf(name) < at ? [duplicateValue(`ports[${at}].name`, name)] : [],
    ),
    ...(endpoints ?? []).flatMap(({ addresses }, at) =>
      addresses.flatMap((address, index) => {
        const problem = addressProblem(addressType, address);
        const field = `endpoints[${at}].addresses[${index}]`;
        return problem === undefined ? [] : [invalidValue(field, address, problem)];
      }),
    ),
  ];
}

const domain = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+\.?$/;

/** Pure. Returns what is wrong with an address, which must not be one of the host itself or of a link. */
export function addressProblem(type: EndpointSlice['addressType'], address: string): string | undefined {
  if (type === 'FQDN')
    return domain.test(address)
      ? undefined
      : 'should be a domain with at least two segments separated by dots';
  const isOfType = type === 'IPv4' ? isIPv4(address) : isIPv6(address);
  if (!isOfType) return `must be an ${type} address`;
  return specialRanges.find(({ list }) => list.check(address, type === 'IPv4' ? 'ipv4' : 'ipv6'))?.problem;
}

const specialRanges = [
  { problem: 'may not be unspecified', subnets: ['0.0.0.0/32', '::/128'] },
  { problem: 'may not be in the loopback range (127.0.0.0/8, ::1/128)', subnets: ['127.0.0.0/8', '::1/128'] },
  {
    problem: 'may not be in the link-local range (169.254.0.0/16, fe80::/10)',
    subnets: ['169.254.0.0/16', 'fe80::/10'],
  },
  {
    problem: 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)',
    subnets: ['224.0.0.0/24', 'ff02::/16'],
  },
].map(({ problem, subnets }) => ({ problem, list: blockListOf(subnets) }));

function blockListOf(subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const [address = '', prefix] of subnets.map((subnet) => subnet.split('/')))
    list.addSubnet(address, Number(prefix), isIPv4(address) ? 'ipv4' : 'ipv6');
  return list;
}

function firstThree(texts: readonly string[]): string {
  if (texts.length === 0) return '<unset>';
  const shown = texts.slice(0, 3).join(',');
  return texts.length > 3 ? `${shown} + ${texts.length - 3} more...` : shown;
}
