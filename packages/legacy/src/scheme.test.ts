import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { convertManifests } from '@ignite/toolkit/codec/convert-manifests';
import { decodeManifests } from '@ignite/toolkit/codec/decode-manifests';
import { scheme } from './scheme.ts';
import type { VmSpec } from '@ignite/api/v1/vm';

const group = 'ignite.weave.works';
const versions = ['v1alpha2', 'v1alpha3', 'v1alpha4'] as const;
const convert = (text: string, version: string) =>
  convertManifests(text, 'f', scheme, () => `${group}/${version}`);
/** Converts a text to one version and then to another. */
const through = (text: string, first: string, then: string) =>
  convert(JSON.stringify(convert(text, first)[0]), then)[0];
const specOf = <T>(object: { readonly spec: unknown } | undefined): T => {
  assert.ok(object);
  return object.spec as T;
};
const decode = (text: string) => decodeManifests(text, 'f', scheme);
const vmSpec = (text: string) => decode(text)[0]?.spec as VmSpec;

const head = (version: string, metadata = 'name: my-vm') =>
  `apiVersion: ${group}/${version}\nkind: VM\nmetadata: {${metadata}}\n`;

/** A VM as the original wrote it into its data directory, or back into Git, with every default filled in. */
const written = {
  kind: 'VM',
  apiVersion: `${group}/v1alpha4`,
  metadata: {
    name: 'my-vm',
    uid: '599615df99804ae8',
    created: '2019-08-01T10:00:00Z',
    labels: { app: 'web' },
    annotations: { [`${group}/interface/eth1`]: 'tc-redirect', [`${group}/sandbox-env/FOO`]: 'bar' },
  },
  spec: {
    image: { oci: 'weaveworks/ignite-ubuntu:latest' },
    sandbox: { oci: 'weaveworks/ignite:v0.10.0' },
    kernel: {
      oci: 'weaveworks/ignite-kernel:5.10.51',
      cmdLine: 'console=ttyS0 reboot=k panic=1 pci=off ip=dhcp',
    },
    cpus: 2,
    memory: '800MB',
    diskSize: '3GB',
    network: { ports: [{ bindAddress: '0.0.0.0', hostPort: 80, vmPort: 8080, protocol: 'tcp' }] },
    copyFiles: [{ hostPath: '/a', vmPath: '/b' }],
    ssh: true,
  },
  status: {
    running: true,
    runtime: { id: 'ignite-599615df99804ae8', name: 'containerd' },
    startTime: '2019-08-01T10:00:02Z',
    network: { plugin: 'cni', ipAddresses: ['10.61.0.2'] },
    image: { id: 'oci://docker.io/weaveworks/ignite-ubuntu@sha256:abc', size: '275343KB' },
    kernel: { id: 'oci://docker.io/weaveworks/ignite-kernel@sha256:def', size: '52MB' },
    idPrefix: 'ignite',
  },
};

describe("manifests of the original's VMs", () => {
  test('a minimal one of every version is read, defaulted and means what it meant', () => {
    for (const version of versions) {
      const [manifest] = decode(
        `${head(version)}spec: {image: {oci: weaveworks/ignite-ubuntu}, memory: 800MB, ssh: "true"}\n`,
      );
      assert.equal(manifest?.apiVersion, `${group}/v1`);
      assert.deepEqual(manifest.metadata, {
        name: 'my-vm',
        namespace: 'default',
        labels: {},
        annotations: {},
      });
      const { image, cpus, memory, diskSize, ssh, kernel, power } = manifest.spec as VmSpec;
      assert.deepEqual(
        { image, cpus, memory, diskSize, ssh, kernel, power },
        {
          image: { oci: 'weaveworks/ignite-ubuntu:latest' },
          cpus: 1,
          memory: 800 * 2 ** 20,
          diskSize: 4 * 2 ** 30,
          ssh: { generateKey: true },
          kernel: {},
          power: 'Running',
        },
      );
    }
  });

  test("defaults that the original filled in are no one's wish, and that is told", () => {
    const told: string[] = [];
    const [manifest] = decodeManifests(JSON.stringify(written), 'f', scheme, {
      onRemark: (remark) => told.push(remark),
    });
    assert.deepEqual(specOf<VmSpec>(manifest).kernel, {});
    assert.deepEqual(told, [
      'Ignite uses its own sandbox and kernel instead of spec.sandbox.oci, ' +
        "spec.kernel.oci (weaveworks/ignite-kernel:5.10.51), the original's parameters in spec.kernel.cmdLine",
    ]);
    assert.equal(manifest?.metadata.annotations[`${group}/uid`], written.metadata.uid);
    assert.equal(manifest.metadata.annotations[`${group}/interface/eth1`], 'tc-redirect');
  });

  test('a wish for a kernel or a command line is kept, without the words that were meant for Firecracker', () => {
    const kernel = (fields: string) =>
      vmSpec(`${head('v1alpha4')}spec: {image: {oci: a}, kernel: {${fields}}}\n`).kernel;
    assert.deepEqual(kernel('oci: me/kernel:1'), { oci: 'me/kernel:1' });
    assert.deepEqual(kernel('cmdLine: console=ttyS0 reboot=k panic=1 pci=off ip=dhcp quiet'), {
      cmdLine: 'quiet',
    });
    assert.deepEqual(kernel('cmdLine: ro panic=5'), { cmdLine: 'ro panic=5' });
    const words = 'cmdLine: console=ttyS0 reboot=k panic=1 pci=off ip=dhcp';
    assert.deepEqual(kernel(`oci: docker.io/weaveworks/ignite-kernel:4.19.47, ${words}`), {});
    for (const version of ['5.14.16', '4.14.254'])
      assert.deepEqual(kernel(`oci: weaveworks/ignite-kernel:${version}, ${words}`), {
        oci: `weaveworks/ignite-kernel:${version}`,
      });
  });

  test("who names the original's default kernel by hand gets that very one, from every version", () => {
    const wish = { oci: 'weaveworks/ignite-kernel:5.10.51' };
    for (const version of versions)
      assert.deepEqual(
        vmSpec(`${head(version)}spec: {image: {oci: a}, kernel: {oci: ${wish.oci}}}\n`).kernel,
        wish,
      );
    for (const kernel of [wish, { ...wish, cmdLine: 'quiet' }]) {
      const ours = {
        apiVersion: `${group}/v1`,
        kind: 'VM',
        metadata: { name: 'a' },
        spec: { image: { oci: 'a:1' }, kernel },
      };
      for (const version of versions) {
        const [old] = convert(JSON.stringify(ours), version);
        assert.deepEqual(convert(JSON.stringify(old), 'v1'), [ours], version);
        const edited = { ...old, spec: { ...specOf<object>(old), kernel: { oci: 'me/k:2' } } };
        assert.deepEqual(vmSpec(JSON.stringify(edited)).kernel, { oci: 'me/k:2' }, 'an edit counts');
      }
    }
  });

  test('status.running is the power that is wanted', () => {
    const power = (status: string) => vmSpec(`${head('v1alpha3')}spec: {image: {oci: a}}\n${status}`).power;
    assert.equal(power('status: {running: true}\n'), 'Running');
    assert.equal(
      power('status: {running: false, runtime: null, network: {plugin: "", ipAddresses: null}}\n'),
      'Stopped',
    );
    assert.equal(power(''), 'Running');
    assert.equal(power('status: null\n'), 'Running');
  });

  test('zeros, nulls and empty texts are what is not set', () => {
    const spec = vmSpec(
      `${head('v1alpha4', 'name: a, created: null, labels: null')}` +
        'spec: {image: {oci: a}, cpus: 0, memory: 0B, diskSize: "", kernel: {oci: ""}, ssh: {}, storage: {}, network: null}\n',
    );
    assert.deepEqual(
      [spec.cpus, spec.memory, spec.diskSize, spec.ssh],
      [1, 512 * 2 ** 20, 4 * 2 ** 30, undefined],
    );
    assert.equal(vmSpec(`${head('v1alpha4')}spec: {image: {oci: a}, ssh: false}\n`).ssh, undefined);
    const keyed = vmSpec(`${head('v1alpha4')}spec: {image: {oci: a}, ssh: /k.pub}\n`);
    assert.deepEqual(keyed.ssh, { authorizedKeysFile: '/k.pub' });
  });

  test('what was written in full comes back as it was from every version that it passes through', () => {
    for (const version of ['v1', 'v1alpha3', 'v1alpha2'])
      assert.deepEqual(through(JSON.stringify(written), version, 'v1alpha4'), written, version);
    const custom = {
      ...written,
      spec: { ...written.spec, kernel: { oci: 'me/k:1', cmdLine: 'quiet panic=5' } },
    };
    assert.deepEqual(through(JSON.stringify(custom), 'v1', 'v1alpha4'), custom);
    const old = {
      ...written,
      apiVersion: `${group}/v1alpha2`,
      spec: { ...written.spec, sandbox: undefined },
      status: { running: false, runtime: { id: 'x' }, ipAddresses: ['172.17.0.2'], idPrefix: undefined },
    };
    const text = JSON.stringify(old);
    for (const version of ['v1', 'v1alpha3', 'v1alpha4'])
      assert.deepEqual(through(text, version, 'v1alpha2'), JSON.parse(text), version);
  });

  test('fields that only v1 has come back too', () => {
    const ours = {
      apiVersion: `${group}/v1`,
      kind: 'VM',
      metadata: { name: 'a', labels: { x: 'y' } },
      spec: {
        image: { oci: 'debian:12' },
        kernel: { cmdLine: 'quiet' },
        memory: 2 ** 30,
        diskSize: '1.5GB',
        command: ['sleep', '1'],
        power: 'Stopped',
      },
    };
    for (const version of versions) {
      const [old] = convert(JSON.stringify(ours), version);
      const spec = specOf<Readonly<Record<string, unknown>>>(old);
      assert.deepEqual([spec['memory'], spec['diskSize'], spec['command']], ['1GB', '1536MB', undefined]);
      assert.deepEqual(spec['kernel'], { cmdLine: 'console=ttyS0 reboot=k panic=1 pci=off ip=dhcp quiet' });
      assert.deepEqual(old?.status, { running: false });
      const [back] = convert(JSON.stringify(old), 'v1');
      assert.deepEqual(back, { ...ours, spec: { ...ours.spec, memory: '1GB', diskSize: '1536MB' } });
    }
  });

  test('access by SSH comes back, of which the original knows one way', () => {
    const authorizedKeys = ['ssh-ed25519 AAAA me@here'];
    for (const [ssh, original] of [
      [{ generateKey: true }, true],
      [{ authorizedKeysFile: '/k.pub' }, '/k.pub'],
      [{ authorizedKeys }, undefined],
      [{ generateKey: true, authorizedKeysFile: '/k.pub', authorizedKeys }, true],
    ] as const) {
      const spec = { image: { oci: 'debian:12' }, ssh };
      const ours = { apiVersion: `${group}/v1`, kind: 'VM', metadata: { name: 'a' }, spec };
      const [old] = convert(JSON.stringify(ours), 'v1alpha4');
      assert.deepEqual(specOf<{ readonly ssh?: unknown }>(old).ssh, original);
      const [back] = convert(JSON.stringify(old), 'v1');
      assert.deepEqual(specOf<typeof spec>(back).ssh, ssh);
    }
  });

  test('a VM that is to be paused runs, as far as the original can say', () => {
    const ours = {
      apiVersion: `${group}/v1`,
      kind: 'VM',
      metadata: { name: 'a' },
      spec: { image: { oci: 'debian:12' }, restartPolicy: 'always', power: 'Paused' },
    };
    const [old] = convert(JSON.stringify(ours), 'v1alpha4');
    assert.deepEqual(old?.status, { running: true });
    assert.deepEqual(convert(JSON.stringify(old), 'v1'), [ours]);
    const stopped = JSON.stringify({ ...old, status: { running: false } });
    assert.equal(vmSpec(stopped).power, 'Stopped');
  });

  test('an edit in another version counts', () => {
    const [ours] = convert(JSON.stringify(written), 'v1');
    const edited = {
      ...ours,
      spec: { ...(ours?.spec as object), kernel: { oci: 'me/k:1', cmdLine: 'quiet' } },
    };
    const [back] = convert(JSON.stringify(edited), 'v1alpha4');
    assert.deepEqual(specOf<typeof written.spec>(back).kernel, {
      oci: 'me/k:1',
      cmdLine: 'console=ttyS0 reboot=k panic=1 pci=off ip=dhcp quiet',
    });
  });

  test("fields are written in the order of the original's structs", () => {
    const shuffled = JSON.stringify({
      ...written,
      spec: Object.fromEntries(Object.entries(written.spec).toReversed()),
    });
    const [again] = convert(shuffled, 'v1alpha4');
    assert.deepEqual(Object.keys(again?.spec as object), Object.keys(written.spec));
    const [ours] = convert(shuffled, 'v1');
    assert.deepEqual(Object.keys(ours?.spec as object).slice(0, 3), ['image', 'cpus', 'memory']);
  });
});

const refused: Readonly<Record<string, readonly [string, RegExp]>> = {
  'an unknown field': [
    `${head('v1alpha4')}spec:\n  image: {oci: a}\n  memroy: 1GB\n`,
    /^f:6:3: spec: unknown field "memroy"$/,
  ],
  'a field of a later version': [
    `${head('v1alpha2')}spec:\n  image: {oci: a}\n  sandbox: {oci: b}\n`,
    /^f:6:3: .*"sandbox"$/,
  ],
  'a field given twice': [
    `${head('v1alpha3')}spec:\n  image: {oci: a}\n  cpus: 1\n  cpus: 2\n`,
    /^f:7:3: a field is set twice$/,
  ],
  'an unknown field of the status': [
    `${head('v1alpha4')}spec: {image: {oci: a}}\nstatus:\n  runing: true\n`,
    /^f:6:3: status: .*"runing"$/,
  ],
  'a status of a later version': [
    `${head('v1alpha2')}spec: {image: {oci: a}}\nstatus:\n  network: {plugin: cni}\n`,
    /^f:6:3: .*"network"$/,
  ],
  'a uid that is none': [
    `${head('v1alpha4', 'name: a, uid: xyz')}spec: {image: {oci: a}}\n`,
    /^f:3:21: metadata.uid: must be 16 lower-case hex digits$/,
  ],
  'a name that is no host name': [
    `${head('v1alpha4', 'name: UPPER')}spec: {image: {oci: a}}\n`,
    /^f:3:12: metadata.name: must be lower-case/,
  ],
  'a size that is none': [
    `${head('v1alpha4')}spec: {image: {oci: a}, memory: much}\n`,
    /^f:4:25: spec.memory: must be a size/,
  ],
  'what only v1 forbids': [
    `${head('v1alpha4')}spec: {image: {oci: a}, memory: 64MB}\n`,
    /^f:4:25: spec.memory: must be at least 96MB$/,
  ],
  'no image': [`${head('v1alpha4')}spec: {}\n`, /^f:4:1: spec.image: field "image" is required$/],
  'a configuration before there was one': [
    `apiVersion: ${group}/v1alpha2\nkind: Configuration\n`,
    /unknown kind "Configuration"/,
  ],
};

for (const [what, [text, message]] of Object.entries(refused))
  test(`manifests of the original: ${what} is refused with its place`, () =>
    assert.throws(
      () => decode(text),
      (failure) => failure instanceof Error && message.test(failure.message),
    ));

describe('the other kinds of the original', () => {
  test('images and kernels pass through v1 unchanged, with references as names', () => {
    for (const kind of ['Image', 'Kernel']) {
      const object = {
        kind,
        apiVersion: `${group}/v1alpha4`,
        metadata: {
          name: 'weaveworks/ignite-ubuntu:latest',
          uid: '599615df99804ae8',
          created: '2019-08-01T10:00:00Z',
        },
        spec: { oci: 'weaveworks/ignite-ubuntu:latest' },
        status: {
          ...(kind === 'Kernel' && { version: '5.10.51' }),
          ociSource: { id: 'docker://sha256:abc', size: '268MB' },
        },
      };
      for (const version of ['v1', 'v1alpha2', 'v1alpha3'])
        assert.deepEqual(through(JSON.stringify(object), version, 'v1alpha4'), object);
      assert.deepEqual(decode(JSON.stringify(object))[0]?.spec, object.spec);
    }
  });

  test('a Configuration passes through v1 unchanged, its defaults for VMs converted', () => {
    const configuration = {
      apiVersion: `${group}/v1alpha4`,
      kind: 'Configuration',
      metadata: {},
      spec: {
        runtime: 'docker',
        networkPlugin: 'docker-bridge',
        vmDefaults: {
          sandbox: { oci: 'weaveworks/ignite:dev' },
          kernel: written.spec.kernel,
          memory: '2GB',
          ssh: true,
        },
        idPrefix: 'fire',
        registryConfigDir: '/root/.docker',
      },
    };
    const [ours] = convert(JSON.stringify(configuration), 'v1');
    assert.deepEqual(specOf<typeof configuration.spec>(ours).vmDefaults, {
      memory: '2GB',
      ssh: { generateKey: true },
    });
    for (const version of ['v1', 'v1alpha3'])
      assert.deepEqual(through(JSON.stringify(configuration), version, 'v1alpha4'), configuration);
    const conmon = { ...configuration, apiVersion: `${group}/v1`, spec: { runtime: 'conmon' } };
    assert.deepEqual(through(JSON.stringify(conmon), 'v1alpha4', 'v1')?.spec, conmon.spec);
  });

  test('a Pool is checked and explained, and otherwise nothing', () => {
    const told: string[] = [];
    for (const version of versions) {
      const text = `apiVersion: ${group}/${version}\nkind: Pool\nspec: {dataSize: 100GB}\nstatus: {devices: [null]}\n`;
      assert.deepEqual(decodeManifests(text, 'f', scheme, { onRemark: (remark) => told.push(remark) }), []);
      assert.throws(() => decode(text.replace('dataSize', 'size')), /spec: unknown field "size"/);
    }
    assert.deepEqual([told.length, /do not need a thin pool/.test(told[0] ?? '')], [3, true]);
  });
});
