import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Image } from '@ignite/api/v1/image';
import type { Kernel } from '@ignite/api/v1/kernel';
import { withAsked } from '@ignite/api/v1/asked';
import { type Vm, vmSpecSchema } from '@ignite/api/v1/vm';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import * as v from 'valibot';
import { objectRenderer } from './template.ts';

const digest = `sha256:${'ab'.repeat(32)}`;
const object = (kind: string, name: string, uid: string) => ({
  apiVersion: 'ignite.weave.works/v1',
  kind,
  metadata: {
    name,
    namespace: 'default',
    uid,
    resourceVersion: '7',
    generation: 1,
    creationTimestamp: '2026-01-01T00:00:00Z',
    labels: {},
    annotations: {},
    finalizers: [],
  },
});

const image = {
  ...object('Image', 'weaveworks/ignite-ubuntu:latest', 'a'.repeat(16)),
  spec: { oci: 'weaveworks/ignite-ubuntu:latest' },
  status: {
    digest,
    platform: 'linux/amd64',
    size: 275_343 * 1024,
    baseDisk: { path: '/disk', size: 2 ** 30 },
  },
} as unknown as Image;

const kernel = {
  ...object('Kernel', 'weaveworks/ignite-kernel:5.10.51', 'b'.repeat(16)),
  spec: { oci: 'weaveworks/ignite-kernel:5.10.51' },
  status: { id: 'k1', version: '5.10.51', arch: 'amd64', size: 12 * 2 ** 20 },
} as unknown as Kernel;

const base = object('VM', 'my-vm', '0123456789abcdef');
const running = {
  ...base,
  metadata: { ...base.metadata, labels: { c: 'd', a: 'b', 'my-key': 'x' } },
  spec: v.parse(vmSpecSchema, {
    image: { oci: 'weaveworks/ignite-ubuntu:latest' },
    cpus: 2,
    memory: '1GB',
    ssh: { generateKey: true },
    network: {
      ports: [
        { hostPort: 80, vmPort: 8080 },
        { hostPort: 53, vmPort: 53, protocol: 'udp', bindAddress: '127.0.0.1' },
      ],
    },
    copyFiles: [{ hostPath: '/a', vmPath: '/b' }],
    storage: {
      volumes: [
        { name: 'disk', blockDevice: { path: '/dev/sdb' } },
        { name: 'ours', volume: { name: 'data' } },
      ],
      volumeMounts: [{ name: 'disk', mountPath: '/mnt' }],
    },
    sandbox: { runtime: 'docker' },
  }),
  status: {
    phase: 'Running',
    startTime: '2026-01-01T01:00:00Z',
    image: { digest, bootMode: 'init' },
    kernel: { id: 'k1', version: '5.10.51' },
    network: { ipAddresses: ['10.61.0.2'], mac: '02:00:00:00:00:01', gateway: '10.61.0.1' },
  },
} as unknown as Vm;

const stopped = {
  ...base,
  spec: v.parse(vmSpecSchema, { image: { oci: 'busybox:1' } }),
  status: {
    phase: 'Stopped',
    exitCode: 3,
    finishTime: '2026-01-01T08:55:00Z',
    network: { ipAddresses: ['10.61.0.3'], mac: '', gateway: '' },
  },
} as unknown as Vm;

const asking = {
  ...running,
  metadata: {
    ...running.metadata,
    annotations: withAsked(
      {},
      {
        sandboxImage: 'weaveworks/ignite',
        kernelImage: 'weaveworks/ignite-kernel:5.4.108',
        networkPlugin: 'docker-bridge',
      },
    ),
  },
} as Vm;

const context = {
  nowMs: Date.parse('2026-01-01T09:00:00Z'),
  paths: { dataDir: '/var/lib/ignite', runDir: '/run/ignite' },
  images: [image],
  kernels: [kernel],
};
const render = (template: string, of: KubeObject): string =>
  objectRenderer('--format', template)(of, context);

const tables: readonly (readonly [string, KubeObject, readonly (readonly [string, string])[]])[] = [
  [
    'a VM for which things were asked that have no effect, as the original printed it',
    asking,
    [
      ['{{.Spec.Sandbox.OCI}}', 'weaveworks/ignite:latest'],
      ['{{.Spec.Kernel.OCI}}', 'weaveworks/ignite-kernel:5.4.108'],
      ['{{.Status.Network.Plugin}}', 'docker-bridge'],
    ],
  ],
  [
    'a VM that runs, as the original printed it',
    running,
    [
      ['{{.Name}} {{.ObjectMeta.Name}} {{.GetName}}', 'my-vm my-vm my-vm'],
      ['{{.UID}} {{.GetUID}} {{.ObjectMeta.UID}}', '0123456789abcdef 0123456789abcdef 0123456789abcdef'],
      ['{{.Kind}} {{.GetKind}} {{.APIVersion}}', 'VM VM ignite.weave.works/v1'],
      ['{{.Created}} {{.ObjectMeta.Created}} {{.GetCreated}}', '9h 9h 9h'],
      ['{{.ObjectPath}}', '/var/lib/ignite/vms/0123456789abcdef'],
      ['{{.OverlayFile}}', '/var/lib/ignite/vms/0123456789abcdef/root.qcow2'],
      ['{{.PrefixedID}} {{.Running}}', 'ignite-0123456789abcdef true'],
      ['{{.ObjectMeta.Labels}}', 'map[a:b c:d my-key:x]'],
      ['{{.ObjectMeta.Labels.a}} {{.Labels.a}} {{index .ObjectMeta.Labels "my-key"}}', 'b b x'],
      ['{{.ObjectMeta.Labels.none}} {{.GetLabel "a"}}', '<no value> b'],
      ['{{.ObjectMeta.Annotations}}', 'map[]'],
      ['{{.Spec.Image.OCI}}', 'weaveworks/ignite-ubuntu:latest'],
      ['{{.Spec.Kernel.OCI}}', 'weaveworks/ignite-kernel:5.10.51'],
      ['{{.Spec.CPUs}} {{.Spec.Memory}} {{.Spec.DiskSize}}', '2 1024.0 MB 4.0 GB'],
      ['{{.Spec.Memory.MBytes}} {{.Spec.Memory.Bytes}} {{.Spec.Memory.String}}', '1024 1073741824 1024.0 MB'],
      ['{{.Spec.Network.Ports}}', '0.0.0.0:80->8080/tcp, 127.0.0.1:53->53/udp'],
      ['{{range .Spec.Network.Ports}}{{.HostPort}}/{{.Protocol}} {{end}}', '80/tcp 53/udp '],
      ['{{(index .Spec.Network.Ports 0).VMPort}} {{len .Spec.Network.Ports}}', '8080 2'],
      ['{{.Spec.Storage}}', '{[{disk {/dev/sdb}} {ours <nil>}] [{disk /mnt}]}'],
      ['{{range .Spec.Storage.Volumes}}{{.Name}}:{{.BlockDevice.Path}} {{end}}', 'disk:/dev/sdb ours: '],
      ['{{.Spec.CopyFiles}}', '[{/a /b}]'],
      ['{{.Spec.SSH}} {{.Spec.SSH.Generate}}', '{true } true'],
      ['{{.Status.Running}} {{.Status.StartTime}} {{.Status.IDPrefix}}', 'true 8h ignite'],
      ['{{.Status.Network.IPAddresses}} {{.Status.Network.Plugin}}', '10.61.0.2 cni'],
      ['{{.Status.IPAddresses}} {{index .Status.IPAddresses 0}}', '10.61.0.2 10.61.0.2'],
      ['{{range .Status.Network.IPAddresses}}<{{.}}>{{end}}', '<10.61.0.2>'],
      ['{{join .Status.Network.IPAddresses ";"}}', '10.61.0.2'],
      ['{{.Status.Image.ID}}', `oci://docker.io/weaveworks/ignite-ubuntu@${digest}`],
      ['{{.Status.Image.Size}} {{.Status.Kernel.Size}} {{.Status.Kernel.ID}}', '268.9 MB 12.0 MB <nil>'],
      ['{{if .Status.Running}}up{{else}}down{{end}}', 'up'],
      ['{{.Status.Runtime.ID}} {{.Status.Runtime.Name}}', 'ignite-0123456789abcdef docker'],
      ['{{printf "%-10s|%5d" .Name .Spec.CPUs}}', 'my-vm     |    2'],
    ],
  ],
  [
    'a VM that is stopped',
    stopped,
    [
      [
        '{{.Spec.SSH}} {{.Status.StartTime}} {{.Status.Network}} {{.Status.Runtime}}',
        '<nil> <nil> <nil> <nil>',
      ],
      ['[{{.Status.Network.IPAddresses}}]', '[]'],
      ['{{with .Status.Network}}{{.IPAddresses}}{{else}}none{{end}}', 'none'],
      ['{{.Status.Image.ID}} {{.Status.Image.Size}} {{.Spec.Storage}}', '<nil> 0 B {[] []}'],
      ['{{.Status}} {{.Status.ExitCode}} {{.Status.Phase}}', 'Stopped (3) 5m ago 3 Stopped'],
      ['[{{.Spec.Network.Ports}}] {{len .Spec.Network.Ports}}', '[] 0'],
    ],
  ],
  [
    'the names of our JSON',
    running,
    [
      ['{{.metadata.name}} {{.Metadata.NAME}} {{.name}} {{.id}}', 'my-vm my-vm my-vm 0123456789abcdef'],
      ['{{.spec.memory}} {{.spec.cpus}} {{.Spec.Cpus}} {{.Spec.memory}}', '1GB 2 2 1GB'],
      ['{{.status.network.ipAddresses}} {{index .status.network.ipAddresses 0}}', '[10.61.0.2] 10.61.0.2'],
      [
        '{{json .status.network.ipAddresses}} {{json .spec.memory}} {{json .Spec.Memory}}',
        '["10.61.0.2"] "1GB" "1GB"',
      ],
      ['{{.metadata.labels}} {{.metadata.labels.none}}', 'map[a:b c:d my-key:x] <no value>'],
      ['{{.status.phase}} {{.Status.Phase}} {{.Spec.Power}}', 'Running Running Running'],
      [
        '{{.status.exitCode}} {{.Status.ExitCode}} {{.spec.command}} {{.metadata.deletionTimestamp}}',
        '<nil> <nil> <nil> <nil>',
      ],
      ['{{json .status.exitCode}} {{.status.exitCode.more}}', 'null <nil>'],
      ['{{.metadata.creationTimestamp}} {{.status.image.digest}}', `2026-01-01T00:00:00Z ${digest}`],
      ['{{.Status.Image.Digest}} {{.Status.Network.IPAddresses}}', `${digest} 10.61.0.2`],
      ['{{range .spec.network.ports}}{{.hostPort}} {{end}}', '80 53 '],
    ],
  ],
  [
    "the names of Docker's templates",
    running,
    [
      ['{{.ID}} {{.Names}} {{.Image}}', '0123456789abcdef my-vm weaveworks/ignite-ubuntu:latest'],
      ['{{.Status}} {{.State}} {{.RunningFor}} {{.Size}}', 'Up 8h running 9h ago 4.0 GB'],
      ['{{.Ports}}', '0.0.0.0:80->8080/tcp, 127.0.0.1:53->53/udp'],
      ['{{.CreatedAt}} {{.Label "a"}}', '2026-01-01T00:00:00Z b'],
    ],
  ],
  [
    'an image',
    image,
    [
      ['{{.Name}} {{.Spec.OCI}}', 'weaveworks/ignite-ubuntu:latest weaveworks/ignite-ubuntu:latest'],
      ['{{.Status.OCISource.ID}}', `oci://docker.io/weaveworks/ignite-ubuntu@${digest}`],
      ['{{.Status.OCISource.Size}} {{.status.size}} {{.status.baseDisk.size}}', '268.9 MB 275343KB 1GB'],
      [
        '{{.Repository}} {{.Tag}} {{.Digest}} {{.Size}}',
        `weaveworks/ignite-ubuntu latest ${digest} 268.9 MB`,
      ],
      ['{{.ObjectPath}}', `/var/lib/ignite/images/${'ab'.repeat(32)}`],
    ],
  ],
  [
    'a kernel',
    kernel,
    [
      [
        '{{.Name}} {{.Spec.OCI}} {{.Status.Version}}',
        'weaveworks/ignite-kernel:5.10.51 weaveworks/ignite-kernel:5.10.51 5.10.51',
      ],
      ['{{.Status.OCISource.Size}} {{.status.version}} {{.status.id}}', '12.0 MB 5.10.51 k1'],
      ['{{.ObjectPath}}', '/var/lib/ignite/kernels/k1'],
    ],
  ],
  [
    'an object of another kind',
    {
      ...object('Sync', 'site', 'c'.repeat(16)),
      spec: { path: 'vms' },
      status: { conditions: [{ type: 'Ready' }] },
    },
    [
      ['{{.Name}} {{.metadata.name}} {{.spec.path}} {{.Spec.Path}}', 'site site vms vms'],
      ['{{range .status.conditions}}{{.type}}{{end}}', 'Ready'],
    ],
  ],
];

for (const [what, of, rows] of tables) {
  for (const [template, text] of rows) {
    test(`objectRenderer, ${what}: ${template}`, () => assert.equal(render(template, of), text));
  }
}

test('objectRenderer: json . is the object as -o json prints it', () => {
  const document = JSON.parse(render('{{json .}}', running)) as typeof running;
  assert.equal(document.metadata.uid, '0123456789abcdef');
  assert.deepEqual([document.spec.memory, document.spec.diskSize], ['1GB', '4GB']);
  assert.deepEqual(document.status, running.status);
});

const refused: readonly (readonly [string, string, RegExp])[] = [
  ['{{.Nosuch}}', "can't evaluate field Nosuch in type *ignite.VM", /-o json/],
  ['{{.Spec.Memroy}}', "can't evaluate field Memroy in type ignite.VMSpec", /did you mean "Memory"\?/],
  ['{{.spec.cpu}}', "can't evaluate field cpu in type spec", /did you mean "cpus"\?/],
  ['{{.Status.Fase}}', "can't evaluate field Fase in type ignite.VMStatus", /did you mean "phase"\?/],
  ['{{.metadata.labels.my-key}}', "bad character U+002D '-'", /index \.metadata\.labels "my-key"/],
  ['{{range .x}}', 'unexpected EOF', /Go template syntax/],
  ['{{}}', 'missing value for command', /Go template syntax/],
];

for (const [template, message, hint] of refused) {
  test(`objectRenderer: ${template} is refused, with what to write instead`, () =>
    assert.throws(
      () => render(template, running),
      (failure: Error & { readonly code?: string; readonly hint?: string }) => {
        assert.equal(failure.code, 'USAGE_INVALID');
        assert.ok(failure.message.startsWith('--format: template: format:1:'), failure.message);
        assert.ok(failure.message.includes(message), failure.message);
        assert.match(failure.hint ?? '', hint);
        return true;
      },
    ));
}
