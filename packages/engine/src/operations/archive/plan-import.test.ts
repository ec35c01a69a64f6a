import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { planImport } from './plan-import.ts';
import { askText, grantText } from './resource-grant.ts';

const volumes = [
  { name: 'a', volume: { name: 'db' } },
  { name: 'b', hostPath: { path: '/srv/b' } },
  { name: 'c', blockDevice: { path: '/dev/sdb' } },
  { name: 'd', file: { path: '/srv/d.img' }, readOnly: true },
];
const greedy = sampleVm({
  spec: {
    image: { oci: 'oci-archive:/srv/image.tar' },
    kernel: { oci: 'docker-daemon:kernel:6' },
    ssh: { authorizedKeysFile: '/root/key.pub' },
    network: {
      name: 'lan',
      mac: '02:00:00:00:00:07',
      address: '10.1.0.7',
      address6: 'fd00::7',
      ports: [
        { hostPort: 80, vmPort: 8080, protocol: 'tcp' },
        { hostPort: 53, vmPort: 53, protocol: 'udp', bindAddress: '::1' },
      ],
    },
    storage: { volumes, volumeMounts: [{ name: 'b', mountPath: '/b', readOnly: true }] },
    copyFiles: [{ hostPath: '/etc/shadow', vmPath: '/x' }],
    sandbox: { runtime: 'docker' },
    restartPolicy: 'always',
  },
}).spec;
const grants = [
  'file=/root/key.pub:ro',
  'port=80',
  'port=[::1]:53/udp',
  'network=lan',
  'address=02:00:00:00:00:07',
  'address=10.1.0.7',
  'address=fd00::7',
  'volume=db',
  'folder=/srv/b:ro',
  'device=/dev/sdb',
  'file=/srv/d.img:ro',
  'file=/etc/shadow:ro',
  'service=docker',
  'restart=always',
];
const plan = (allowed: readonly string[], annotations = {}) =>
  planImport({ spec: greedy, labels: {}, annotations }, allowed);

test('planImport: all that is of this host is asked for, and what the archive brings is not', () =>
  assert.deepEqual(plan([]).refused.map(grantText), grants));

test('planImport: a VM as it comes by default asks for nothing', () =>
  assert.deepEqual(planImport({ spec: sampleVm({}).spec, labels: {}, annotations: {} }, []).refused, []));

test('planImport: each is granted by its own name alone', () => {
  assert.deepEqual(plan(grants).refused, []);
  for (const grant of grants) {
    const without = grants.filter((each) => each !== grant);
    assert.deepEqual(plan(without).refused.map(grantText), [grant]);
    const other = [
      ...without,
      grant.slice(0, -1),
      `${grant}x`,
      grant.split('=')[0]!,
      `${grant.split('=')[0]}=`,
    ];
    assert.deepEqual(plan(other).refused.map(grantText), [grant]);
  }
});

test('planImport: who may write may read, and who may read may not write', () => {
  const rest = grants.filter((grant) => !/^(volume|folder)=/.test(grant));
  assert.deepEqual(plan([...rest, 'volume=db:ro', 'folder=/srv/b']).refused.map(grantText), ['volume=db']);
});

test('planImport: annotations that Ignite would act upon are left out', () => {
  const kept = { team: 'a', 'ignite.weave.works/interface/eth1': 'dhcp-bridge' };
  const { annotations, dropped } = plan([], {
    ...kept,
    'ignite.weave.works/disk': 'keep',
    'ignite.weave.works/sandbox-env/LD_PRELOAD': '/x',
    'ignite.weave.works/uid': '0123456789abcdef',
    'gitops.weave.works/owner': 'vms VM/default/a',
    'gitops.weave.works/prune': 'disabled',
  });
  assert.deepEqual(annotations, kept);
  assert.deepEqual(dropped, [
    'ignite.weave.works/disk',
    'ignite.weave.works/sandbox-env/LD_PRELOAD',
    'gitops.weave.works/prune',
  ]);
});

test('planImport: labels of Ignite are left out, so that no pool of this host takes the VM for its own', () => {
  const labels = { team: 'a', 'example.org/tier': 'db', 'ignite.weave.works/pool': 'workers' };
  const planned = planImport({ spec: sampleVm({}).spec, labels, annotations: {} }, []);
  assert.deepEqual(planned.labels, { team: 'a', 'example.org/tier': 'db' });
  assert.deepEqual(planned.dropped, ['ignite.weave.works/pool']);
});

test('askText: what it is and where it stands', () =>
  assert.deepEqual(plan([]).refused.slice(0, 8).map(askText), [
    'the file /root/key.pub, to read (spec.ssh.authorizedKeysFile)',
    'the port 80, published for its port 8080 (spec.network.ports)',
    'the port [::1]:53/udp, published for its port 53 (spec.network.ports)',
    'access to the network "lan" (spec.network.name)',
    'the address 02:00:00:00:00:07 (spec.network.mac)',
    'the address 10.1.0.7 (spec.network.address)',
    'the address fd00::7 (spec.network.address6)',
    'the volume "db", to read and to write (spec.storage.volumes.a.volume)',
  ]));
