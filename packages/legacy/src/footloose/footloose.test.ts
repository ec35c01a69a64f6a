import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Vm } from '@ignite/api/v1/vm';
import { vmSpecSchema } from '@ignite/api/v1/vm';
import * as v from 'valibot';
import { readFootlooseConfig } from './config.ts';
import { machineStatus } from './machine-status.ts';
import { machineNamed, machinesOf } from './machines.ts';
import { newConfigText } from './new-config.ts';
import { imageFor, planMachine, standIn } from './plan-machine.ts';
import { machineDocument, machineTable } from './show-machines.ts';

const asked = {
  cluster: 'test-show',
  key: 'test-show-key',
  image: 'quay.io/footloose/ubuntu18.04',
  replicas: 1,
  networks: [],
  privileged: false,
  command: undefined,
};
const key = 'ssh-rsa AAAA cluster@footloose.mail';
const place = { dir: '/srv', publicKey: key, image: 'debian:12', freePort: () => 40_000 };

const read = (text: string) => readFootlooseConfig(text, 'footloose.yaml');
const machineOf = (spec: string, count = 1) =>
  machinesOf(read(`cluster: {name: c, privateKey: k}\nmachines: [{count: ${count}, spec: ${spec}}]`));
const vmOf = (spec: object, phase: string): Vm =>
  ({
    metadata: { name: 'test-show-node0', namespace: 'default' },
    spec: v.parse(vmSpecSchema, spec),
    status: { phase, network: { ipAddresses: ['10.61.0.5'], mac: '', gateway: '' } },
  }) as unknown as Vm;

describe('Footloose', () => {
  test('a configuration is written as Footloose writes it, and read again', () => {
    const text = newConfigText({ ...asked, networks: ['net1', 'net2'], privileged: true, replicas: 3 });
    assert.equal(
      text,
      `cluster:
  name: test-show
  privateKey: test-show-key
machines:
- count: 3
  spec:
    backend: docker
    image: quay.io/footloose/ubuntu18.04
    name: node%d
    networks:
    - net1
    - net2
    portMappings:
    - containerPort: 22
    privileged: true
`,
    );
    assert.deepEqual(
      machinesOf(read(text)).map(({ name, hostname, index }) => [name, hostname, index]),
      [
        ['test-show-node0', 'node0', 0],
        ['test-show-node1', 'node1', 1],
        ['test-show-node2', 'node2', 2],
      ],
    );
  });

  test('machines count from 0 in each template, and ports of the host over all', () => {
    const config = read(`
cluster: {name: c}
machines:
- {count: 2, spec: {name: master%d, image: a, portMappings: [{containerPort: 22, hostPort: 2222}]}}
- {count: 1, spec: {name: worker%d, image: a, portMappings: [{containerPort: 22, hostPort: 2222, address: 127.0.0.1}]}}
`);
    const ports = machinesOf(config).map((machine) => {
      const { spec } = planMachine(machine, place);
      return [machine.name, v.parse(vmSpecSchema, spec).network.ports];
    });
    assert.deepEqual(ports, [
      ['c-master0', [{ hostPort: 2222, vmPort: 22, protocol: 'tcp' }]],
      ['c-master1', [{ hostPort: 2223, vmPort: 22, protocol: 'tcp' }]],
      ['c-worker0', [{ bindAddress: '127.0.0.1', hostPort: 2224, vmPort: 22, protocol: 'tcp' }]],
    ]);
  });

  test('what is wrong is named, and what Footloose does not know is ignored', () => {
    for (const [text, message] of [
      [
        'cluster: {name: c}\nmachines: [{count: 1, spec: {name: node, image: a}}]',
        /machines\.0\.spec\.name: must contain %d/,
      ],
      ['machines: []', /footloose\.yaml: cluster: /],
      ['{', /footloose\.yaml: it is not YAML/],
    ] as const)
      assert.throws(() => read(text), { code: 'FOOTLOOSE_INVALID', message });
    const beside =
      'cluster: {name: c}\nmachines: [{count: 1, backend: ignite, spec: {name: "n%d", image: a}}]';
    assert.equal(machinesOf(read(beside))[0]?.spec.backend, undefined);
    assert.throws(() => machineNamed('node7', machineOf('{name: "node%d", image: a}', 2)), {
      message: 'node7: invalid machine hostname',
      hint: 'the machines are node0, node1',
    });
  });

  test('the VM of a machine has its sizes, key, volumes and files, and says what it cannot have', () => {
    const [machine] = machineOf(`
      {name: "node%d", image: a, privileged: true, cmd: /sbin/init, networks: [bridge, net1], publicKey: mine,
       volumes: [{type: bind, source: data, destination: /data, readOnly: true}, {type: volume, source: db, destination: /db},
                 {type: volume, destination: /var/lib/docker}],
       ignite: {cpus: 4, memory: 2GB, diskSize: 10GB, kernel: "weaveworks/ignite-kernel:5.10.51", copyFiles: {hosts: /etc/hosts}}}`);
    const { spec, remarks } = planMachine(machine!, place);
    const { cpus, memory, diskSize, kernel, ssh, storage, copyFiles, command } = v.parse(vmSpecSchema, spec);
    assert.deepEqual([cpus, memory, diskSize], [4, 2 * 2 ** 30, 10 * 2 ** 30]);
    assert.deepEqual(kernel, { oci: 'weaveworks/ignite-kernel:5.10.51' });
    assert.deepEqual(ssh, { authorizedKeys: [key] });
    assert.deepEqual(storage, {
      volumes: [
        { name: 'volume0', hostPath: { path: '/srv/data' } },
        { name: 'volume1', volume: { name: 'db' } },
      ],
      volumeMounts: [
        { name: 'volume0', mountPath: '/data', readOnly: true },
        { name: 'volume1', mountPath: '/db' },
      ],
    });
    assert.deepEqual(copyFiles, [{ hostPath: '/srv/hosts', vmPath: '/etc/hosts' }]);
    assert.equal(command, undefined);
    assert.deepEqual(remarks, [
      'c-node0: the Docker network "net1" is not there for VMs: it is on that of Ignite',
      'c-node0: the key "mine" is in the store of "footloose serve", which Ignite does not have',
      'c-node0: /var/lib/docker is on the disk of the VM, which is its own',
    ]);
    const plain = v.parse(vmSpecSchema, planMachine(machineOf('{name: "n%d", image: a}')[0]!, place).spec);
    assert.deepEqual([plain.cpus, plain.memory, plain.diskSize], [2, 2 ** 30, 4 * 2 ** 30]);
  });

  test("only an image of Footloose's own that is missing has a stand-in", () => {
    const own = 'quay.io/footloose/centos7:0.6.4';
    assert.equal(
      imageFor(own, (name) => name === standIn),
      standIn,
    );
    assert.equal(
      imageFor(own, () => true),
      own,
    );
    assert.equal(
      imageFor(own, () => false),
      own,
    );
    assert.equal(
      imageFor('example.com/mine:1', (name) => name === standIn),
      'example.com/mine:1',
    );
    assert.equal(
      imageFor('debian', () => false),
      'debian:latest',
    );
  });

  test('show prints a machine that is not created byte for byte', () => {
    const [machine] = machinesOf(read(newConfigText(asked)));
    const status = machineStatus(machine!, undefined);
    assert.equal(
      machineTable([{ ...status, backend: 'docker' }]),
      [
        'NAME              HOSTNAME   PORTS       IP   IMAGE                           CMD   STATE         BACKEND',
        'test-show-node0   node0      0->{22 0}        quay.io/footloose/ubuntu18.04         Not created   docker',
        '',
      ].join('\n'),
    );
    assert.equal(
      machineDocument([status]),
      `{
  "machines": [
    {
      "container": "test-show-node0",
      "state": "Not created",
      "spec": {
        "name": "node%d",
        "image": "quay.io/footloose/ubuntu18.04",
        "portMappings": [
          {
            "containerPort": 22
          }
        ],
        "backend": "docker"
      },
      "ports": [
        {
          "guest": 22,
          "host": 0
        }
      ],
      "hostname": "node0",
      "image": "quay.io/footloose/ubuntu18.04",
      "cmd": "",
      "ip": ""
    }
  ]
}
`,
    );
    assert.equal(machineDocument([]), '{\n  "machines": null\n}\n');
  });

  test('show tells ports, address and state of a VM', () => {
    const [machine] = machinesOf(read(newConfigText(asked)));
    const vm = vmOf(
      { image: { oci: 'a' }, network: { ports: [{ hostPort: 32_768, vmPort: 22 }] } },
      'Running',
    );
    const status = machineStatus(machine!, vm);
    assert.match(
      machineTable([{ ...status, backend: '' }]),
      /0->\{22 32768\} {3}10\.61\.0\.5 .* \/sbin\/init {3}Running {3}\n$/,
    );
    assert.deepEqual(status.runtimeNetworks, [{ ip: '10.61.0.5' }]);
    const stopped = machineStatus(machine!, vmOf({ image: { oci: 'a' } }, 'Stopped'));
    assert.deepEqual([stopped.state, stopped.ports], ['Stopped', null]);
    assert.equal(
      machineDocument([{ ...status, cmd: 'a && b' }]).includes(String.raw`"a \u0026\u0026 b"`),
      true,
    );
  });
});
