import assert from 'node:assert/strict';
import { test } from 'node:test';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { coreKinds } from '@ignite/toolkit/core/kinds';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { servedEndpointSliceKind } from './endpoint-slice.ts';
import { ensureOwnService } from './own-service.ts';
import { servedServiceKind } from './service.ts';

test('the Service of the server has the address at which others reach it, whatever it was before', async () => {
  using store = new MemoryStore();
  const client = new StoreObjectClient(store, [
    ...coreKinds.map(servedKindOf),
    servedServiceKind,
    servedEndpointSliceKind,
  ]);
  const { signal } = new AbortController();
  const told = async (host: string, port: number): Promise<unknown> => {
    await ensureOwnService(client, { host, port }, signal);
    const { spec } = await client.get({ ...servedServiceKind, namespace: 'default', name: 'kubernetes' });
    const { items } = await client.list(servedEndpointSliceKind);
    return [
      (spec as { readonly ports: readonly { readonly port: number }[] }).ports[0]?.port,
      ...items.map(({ metadata, addressType, endpoints, ports }) => [
        ...[metadata.name, metadata.labels['kubernetes.io/service-name'], addressType],
        ...[(endpoints as readonly { readonly addresses: unknown }[])[0]?.addresses, ports],
      ]),
    ];
  };
  const slice = (type: string, address: string, port: number): readonly unknown[] => [
    ...['kubernetes', 'kubernetes', type, [address]],
    [{ name: 'https', port, protocol: 'TCP' }],
  ];
  assert.deepEqual(await told('10.0.0.7', 6443), [6443, slice('IPv4', '10.0.0.7', 6443)]);
  assert.deepEqual(await told('fd00::1', 6444), [6444, slice('IPv6', 'fd00::1', 6444)]);
  assert.deepEqual(await told('127.0.0.1', 6445), [6445]);
  assert.deepEqual(await told('server.example', 6446), [6446]);
});
