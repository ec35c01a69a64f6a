import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scheme } from './scheme.ts';
import type { Image } from '@ignite/api/v1/image';
import type { Kernel } from '@ignite/api/v1/kernel';
import { type Vm, vmSpecSchema } from '@ignite/api/v1/vm';
import { decodeManifests } from '@ignite/toolkit/codec/decode-manifests';
import * as v from 'valibot';
import { originalForm } from './original-form.ts';

const digest = `sha256:${'ab'.repeat(32)}`;
const object = (kind: string, name: string) => ({
  apiVersion: 'ignite.weave.works/v1',
  kind,
  metadata: {
    name,
    namespace: 'default',
    uid: '0123456789abcdef',
    resourceVersion: '7',
    generation: 1,
    creationTimestamp: '2026-01-01T00:00:00Z',
    labels: { app: 'web' },
    annotations: {},
    finalizers: [],
  },
});
const image = {
  ...object('Image', 'ubuntu:latest'),
  spec: { oci: 'ubuntu:latest' },
  status: { digest, platform: 'linux/amd64', size: 275_343 * 1024, baseDisk: { path: '/d', size: 0 } },
} as unknown as Image;
const kernel = {
  ...object('Kernel', 'my/kernel:1'),
  spec: { oci: 'my/kernel:1' },
  status: { id: 'k1', version: '5.10.51', arch: 'amd64', size: 12 * 2 ** 20 },
} as unknown as Kernel;
const vm = (status: object): Vm =>
  ({
    ...object('VM', 'my-vm'),
    spec: v.parse(vmSpecSchema, {
      image: { oci: 'ubuntu:latest' },
      memory: '800MB',
      ssh: { generateKey: true },
    }),
    status: { image: { digest, bootMode: 'init' }, kernel: { id: 'k1', version: '' }, ...status },
  }) as unknown as Vm;
const context = {
  nowMs: 0,
  paths: { dataDir: '/d', runDir: '/r' },
  images: [image],
  kernels: [kernel],
};

const running = vm({
  phase: 'Running',
  startTime: '2026-01-01T01:00:00Z',
  network: { ipAddresses: ['10.61.0.2'], mac: 'm', gateway: 'g' },
});

test('originalForm: a VM that runs, with the fields that scripts of the original ask for', () => {
  const { apiVersion, metadata, spec, status } = originalForm(running, context) as Record<string, object>;
  assert.equal(apiVersion, 'ignite.weave.works/v1alpha4');
  assert.partialDeepStrictEqual(metadata, {
    name: 'my-vm',
    uid: '0123456789abcdef',
    created: '2026-01-01T00:00:00Z',
    labels: { app: 'web' },
  });
  assert.partialDeepStrictEqual(spec, {
    image: { oci: 'ubuntu:latest' },
    cpus: 1,
    memory: '800MB',
    diskSize: '4GB',
    ssh: true,
  });
  assert.deepEqual(status, {
    running: true,
    runtime: { id: 'ignite-0123456789abcdef', name: 'conmon' },
    startTime: '2026-01-01T01:00:00Z',
    network: { plugin: 'cni', ipAddresses: ['10.61.0.2'] },
    image: { id: `oci://docker.io/library/ubuntu@${digest}`, size: '275343KB' },
    kernel: { id: null, size: '12MB' },
    idPrefix: 'ignite',
  });
});

test('originalForm: of a VM that is stopped, runtime, network and start time are left out', () => {
  const { status } = originalForm(vm({ phase: 'Stopped', exitCode: 0 }), context) as {
    readonly status: object;
  };
  assert.deepEqual(Object.keys(status), ['running', 'image', 'kernel', 'idPrefix']);
});

test('originalForm: images and kernels', () => {
  const [first, second] = [originalForm(image, context), originalForm(kernel, context)] as Record<
    string,
    object
  >[];
  assert.deepEqual(first?.['status'], {
    ociSource: { id: `oci://docker.io/library/ubuntu@${digest}`, size: '275343KB' },
  });
  assert.deepEqual(second?.['status'], { version: '5.10.51', ociSource: { id: null, size: '12MB' } });
});

test('originalForm: what it gives is a manifest that is read again', () => {
  const text = JSON.stringify(originalForm(running, context));
  const [read] = decodeManifests(text, 'vm.json', scheme);
  assert.equal(read?.metadata.name, 'my-vm');
  assert.partialDeepStrictEqual(read?.spec, { memory: 800 * 2 ** 20, power: 'Running' });
});
