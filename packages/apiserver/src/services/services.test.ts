import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Fields, openDefiningApi } from '../server/defining-api.sample.ts';
import { type Address, serviceAddress } from './service-address.ts';

const services = '/api/v1/namespaces/home/services';
const slices = '/apis/discovery.k8s.io/v1/namespaces/home/endpointslices';

type Api = Awaited<ReturnType<typeof openDefiningApi>>;

const service = (name: string, spec: object): object => ({ metadata: { name }, spec });

const slice = (name: string, of: string, rest: object): object => ({
  metadata: { name, labels: { 'kubernetes.io/service-name': of } },
  addressType: 'IPv4',
  ...rest,
});

async function made(api: Api, path: string, object: object): Promise<Fields> {
  const { code, json } = await api.ask(path, 'POST', object);
  assert.equal(code, 201, JSON.stringify(json));
  return json;
}

/** Returns the messages about what is wrong with an object. */
async function faults(api: Api, path: string, object: object): Promise<readonly unknown[]> {
  const { code, json } = await api.ask(path, 'POST', object);
  assert.equal(code, 422, JSON.stringify(json));
  const { causes } = json['details'] as { readonly causes: readonly Fields[] };
  return causes.map(({ field, message }) => [field, message].join(': '));
}

test('a Service is completed as in Kubernetes, without an address', async () => {
  await using api = await openDefiningApi();
  const { spec, status } = await made(
    api,
    services,
    service('web', { publishNotReadyAddresses: false, ports: [{ port: 443, targetPort: 'webhook' }] }),
  );
  assert.deepEqual(
    [spec, status],
    [
      {
        clusterIP: 'None',
        clusterIPs: ['None'],
        internalTrafficPolicy: 'Cluster',
        ports: [{ port: 443, protocol: 'TCP', targetPort: 'webhook' }],
        sessionAffinity: 'None',
        type: 'ClusterIP',
      },
      { loadBalancer: {} },
    ],
  );
  const named = await made(
    api,
    services,
    service('far', { type: 'ExternalName', externalName: 'a.example' }),
  );
  assert.deepEqual(named['spec'], {
    externalName: 'a.example',
    sessionAffinity: 'None',
    type: 'ExternalName',
  });
});

test('a Service that would need a network of a cluster is refused', async () => {
  await using api = await openDefiningApi();
  const ports = [{ port: 80 }];
  assert.match(
    String(await faults(api, services, service('web', { type: 'NodePort', ports }))),
    /^spec\.type: .*the server opens no ports for services/,
  );
  assert.match(
    String(await faults(api, services, service('web', { clusterIP: '10.0.0.7', ports }))),
    /^spec\.clusterIP: .*no cluster network/,
  );
  assert.deepEqual(await faults(api, services, service('web', { type: 'ExternalName' })), [
    'spec.externalName: Required value',
  ]);
  assert.deepEqual(
    await faults(
      api,
      services,
      service('web', { ports: [{ port: 1, name: 'a' }, { port: 2, name: 'a' }, { port: 3 }] }),
    ),
    ['spec.ports[1].name: Duplicate value: "a"', 'spec.ports[2].name: Required value'],
  );
  const twice = [
    { port: 80, name: 'a' },
    { port: 80, name: 'b', protocol: 'UDP' },
    { port: 80, name: 'c', targetPort: 8080 },
  ];
  assert.deepEqual(await faults(api, services, service('web', { ports: twice })), [
    'spec.ports[2]: Duplicate value: {"Name":"","Protocol":"TCP","AppProtocol":null,"Port":80,"TargetPort":0,"NodePort":0}',
  ]);
});

test('the ports of a Service are merged and removed by a strict strategic merge patch', async () => {
  await using api = await openDefiningApi();
  const ports = [
    { port: 1, name: 'a' },
    { port: 2, name: 'b' },
  ];
  await made(api, services, service('web', { ports }));
  const spec = {
    '$setElementOrder/ports': [{ port: 3 }, { port: 2 }],
    ports: [
      { port: 3, name: 'c' },
      { port: 1, $patch: 'delete' },
    ],
  };
  const { code, json } = await api.ask(
    `${services}/web?fieldValidation=Strict`,
    'PATCH',
    { spec },
    'application/strategic-merge-patch+json',
  );
  assert.equal(code, 200, JSON.stringify(json));
  const left = (json['spec'] as { readonly ports: readonly Fields[] }).ports;
  assert.deepEqual(
    left.map(({ name }) => name),
    ['c', 'b'],
  );
});

test('what is null or empty is as if it were left out', async () => {
  await using api = await openDefiningApi();
  for (const [name, spec] of Object.entries({
    a: { clusterIP: '', clusterIPs: [], selector: null, ports: [{ port: 80, targetPort: null }] },
    b: { clusterIP: null, clusterIPs: null, internalTrafficPolicy: null, ports: [{ port: 80 }] },
  })) {
    const { spec: stored } = await made(api, services, service(name, spec));
    assert.deepEqual(stored, {
      clusterIP: 'None',
      clusterIPs: ['None'],
      internalTrafficPolicy: 'Cluster',
      ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
      sessionAffinity: 'None',
      type: 'ClusterIP',
    });
  }
  await made(api, services, service('c', { ports: null }));
  const addresses = ['10.0.0.1'];
  const { endpoints, ports } = await made(
    api,
    slices,
    slice('a', 'a', {
      endpoints: [
        { addresses, conditions: null, hostname: null },
        { addresses, conditions: { ready: null } },
      ],
      ports: null,
    }),
  );
  const stored = { addresses, conditions: {} };
  assert.deepEqual([endpoints, ports], [[stored, stored], null]);
});

test('a Service that becomes one of a host by its name has no address any more', async () => {
  await using api = await openDefiningApi();
  await made(api, services, service('web', { ports: [{ port: 80 }] }));
  const spec = { type: 'ExternalName', externalName: 'a.example.' };
  const type = 'application/merge-patch+json';
  const { code, json } = await api.ask(`${services}/web`, 'PATCH', { spec }, type);
  assert.deepEqual(
    [code, json['spec']],
    [200, { ...spec, ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }], sessionAffinity: 'None' }],
  );
});

test('a Service names no host that is none', async () => {
  await using api = await openDefiningApi();
  for (const externalName of ['a b/../c:22', 'a.example/x', 'user@a', '-a'])
    assert.match(
      String(await faults(api, services, service('far', { type: 'ExternalName', externalName }))),
      /^spec\.externalName: Invalid value: ".*": a lowercase RFC 1123 subdomain must consist of/,
    );
  for (const externalName of ['', '.'])
    assert.deepEqual(await faults(api, services, service('far', { type: 'ExternalName', externalName })), [
      'spec.externalName: Required value',
    ]);
});

test('each of those who apply a Service has ports of its own in it', async () => {
  await using api = await openDefiningApi();
  const applied = async (manager: string, ...ports: readonly object[]): Promise<unknown> => {
    const object = { apiVersion: 'v1', kind: 'Service', ...service('web', { ports }) };
    const path = `${services}/web?fieldManager=${manager}`;
    const { code, json } = await api.ask(path, 'PATCH', object, 'application/apply-patch+yaml');
    assert.ok(code < 300, JSON.stringify(json));
    const spec = json['spec'] as { readonly ports: readonly Fields[] };
    return spec.ports.map(({ port, protocol }) => `${String(port)}/${String(protocol)}`);
  };
  await applied('ann', { name: 'a', port: 53 });
  assert.deepEqual(await applied('ben', { name: 'b', port: 53, protocol: 'UDP' }, { name: 'c', port: 80 }), [
    '53/TCP',
    '53/UDP',
    '80/TCP',
  ]);
  assert.deepEqual(await applied('ben', { name: 'c', port: 80 }), ['53/TCP', '80/TCP']);
});

test('an EndpointSlice holds no addresses of the host itself', async () => {
  await using api = await openDefiningApi();
  for (const [addressType, address, problem] of [
    ['IPv4', '127.0.0.1', 'may not be in the loopback range (127.0.0.0/8, ::1/128)'],
    ['IPv6', '::1', 'may not be in the loopback range (127.0.0.0/8, ::1/128)'],
    ['IPv6', '::ffff:127.0.0.1', 'may not be in the loopback range (127.0.0.0/8, ::1/128)'],
    ['IPv4', '169.254.169.254', 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'],
    ['IPv4', '0.0.0.0', 'may not be unspecified'],
    ['IPv4', '::2', 'must be an IPv4 address'],
    ['FQDN', 'localhost', 'should be a domain with at least two segments separated by dots'],
  ] as const)
    assert.deepEqual(
      await faults(api, slices, slice('web', 'web', { addressType, endpoints: [{ addresses: [address] }] })),
      [`endpoints[0].addresses[0]: Invalid value: "${address}": ${problem}`],
    );
});

const at = async ({ client }: Api, name: string, port: number): Promise<Address | string> =>
  await serviceAddress(client, { namespace: 'home', name, port }, {}).catch(
    (failure: Error) => failure.message,
  );

test('a port of a Service is reached at its host, or at the first endpoint that is ready', async () => {
  await using api = await openDefiningApi();
  await made(api, services, service('far', { type: 'ExternalName', externalName: 'a.example' }));
  await made(
    api,
    services,
    service('web', {
      ports: [
        { port: 443, name: 'https' },
        { port: 80, name: 'http' },
      ],
    }),
  );
  assert.deepEqual(await at(api, 'far', 9_443), { host: 'a.example', port: 9_443 });
  assert.equal(await at(api, 'gone', 443), 'service "gone" not found');
  assert.equal(await at(api, 'web', 444), 'no service port 444 found for service "web"');
  assert.equal(await at(api, 'web', 443), 'no endpoints available for service "web"');
  const ports = [{ name: 'https', port: 9_443 }];
  await made(api, slices, slice('other', 'other', { ports, endpoints: [{ addresses: ['10.0.0.1'] }] }));
  await made(
    api,
    slices,
    slice('web-1', 'web', {
      ports,
      endpoints: [
        { addresses: ['10.0.0.2'], conditions: { ready: false } },
        { addresses: ['10.0.0.3', '10.0.0.4'] },
      ],
    }),
  );
  assert.deepEqual(await at(api, 'web', 443), { host: '10.0.0.3', port: 9_443 });
  assert.equal(await at(api, 'web', 80), 'no endpoints available for service "web"');
});

test('tables of Services and EndpointSlices are those of Kubernetes', async () => {
  await using api = await openDefiningApi();
  await made(api, services, service('far', { type: 'ExternalName', externalName: 'a.example' }));
  await made(api, services, service('web', { ports: [{ port: 443 }], selector: { b: '2', a: '1' } }));
  const addresses = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'];
  await made(api, slices, slice('web-1', 'web', { ports: [{ port: 9_443 }], endpoints: [{ addresses }] }));
  await made(api, slices, slice('web-2', 'web', {}));
  const cells = async (path: string): Promise<unknown> => {
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
    const table = (await (await fetch(api.url + path, { headers: { accept } })).json()) as {
      readonly rows: readonly { readonly cells: readonly unknown[] }[];
    };
    return table.rows.map((row) => row.cells.filter((cell) => !/^\d+s$/.test(String(cell))).join(' | '));
  };
  assert.deepEqual(await cells(services), [
    'far | ExternalName | <none> | a.example | <none> | <none>',
    'web | ClusterIP | None | <none> | 443/TCP | a=1,b=2',
  ]);
  assert.deepEqual(await cells(slices), [
    'web-1 | IPv4 | 9443 | 10.0.0.1,10.0.0.2,10.0.0.3 + 1 more...',
    'web-2 | IPv4 | <unset> | <unset>',
  ]);
});
