import assert from 'node:assert/strict';
import { test } from 'node:test';
import { moduleOrder } from './module-order.ts';

const modulesDep = `kernel/net/virtio_net.ko: kernel/net/failover.ko kernel/virtio/virtio_ring.ko
kernel/net/failover.ko:
kernel/virtio/virtio_ring.ko: kernel/virtio/virtio.ko
kernel/virtio/virtio.ko:
kernel/rng/virtio-rng.ko: kernel/virtio/virtio.ko
`;

test('moduleOrder: every module comes after what it depends on, once, and built-in ones are left out', () => {
  assert.deepEqual(moduleOrder(modulesDep, ['ext4', 'virtio_net', 'virtio-rng']), [
    'kernel/net/failover.ko',
    'kernel/virtio/virtio.ko',
    'kernel/virtio/virtio_ring.ko',
    'kernel/net/virtio_net.ko',
    'kernel/rng/virtio-rng.ko',
  ]);
});
