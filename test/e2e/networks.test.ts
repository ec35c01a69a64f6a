import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';
import { freePort } from './fixtures/registry.ts';

const lan = { ends: ['igtest150m', 'igtest150n'], host: '10.151.0.1' } as const;
const mac = '02:00:00:00:01:50';
/** A guest boots slowly on a busy host. */
const patienceMs = 600_000;
/** A function of a guest's shell: what its neighbours are too slow for is done again. */
const again = 'again() { until "$@"; do sleep 1; done; }';
const ip = (...words: readonly string[]) => execFileSync('ip', words, { encoding: 'utf8' });

let leaks: AsyncDisposable;
let opened: Ignite;
let ignite: Ignite;
const [oldPort, newPort, echoPort] = [await freePort(), await freePort(), await freePort()];

before(async () => {
  leaks = watchLeaks();
  opened = await Ignite.openWithKernel(150);
  const plugins = join(opened.dir, 'plugins');
  ignite = opened.with({ IGNITE_CNI_SUBNET6: 'fd00:150::/64', CNI_PATH: plugins });
  ip('link', 'add', lan.ends[0], 'type', 'veth', 'peer', 'name', lan.ends[1]);
  for (const end of lan.ends) ip('link', 'set', end, 'up');
  ip('address', 'add', `${lan.host}/24`, 'dev', lan.ends[1]);
  mkdirSync(plugins, { recursive: true });
  writeFileSync(join(plugins, 'extra-links'), extraLinks);
  chmodSync(join(plugins, 'extra-links'), 0o755);
  writeNetworks(join(opened.dir, 'cni'));
  await ignite.ok('image', 'import', `oci-archive:${imageArchive('busybox')}`);
});
after(async () => {
  await opened[Symbol.asyncDispose]();
  ip('link', 'delete', lan.ends[0]);
  await leaks[Symbol.asyncDispose]();
});

test('a VM is on the networks that it names, with the addresses, MAC, names and DNS that it asks for', async () => {
  const script = [
    ...['ip -o address', 'ip route', 'ip -6 route', 'cat /etc/resolv.conf /etc/hosts'],
    again,
    ...[lan.host, '10.152.0.1', 'fd00:150::1', 'the-host'].map((host) => `again ping -c 1 ${host}`),
    ...['udhcpc -f -n -q -t 100 -i eth2 -s /bin/true', 'echo LOOKED'],
    ...['mkdir /www', 'echo served >/www/index.html', 'nc -ll -p 7 -e cat &', 'httpd -f -p 80 -h /www'],
  ].join('\n');
  await ignite.ok(
    ...['run', 'busybox', '--name', 'web', '--network', 'ignite-test-150', '--network', 'lan,p2p'],
    ...['--ip', '10.150.7.7', '--ip6', 'fd00:150::77', '--mac', mac, '--add-host', 'the-host:host-gateway'],
    ...['--dns-search', 'a.test', '--dns-option', 'ndots:1', '-p', `${oldPort}:80,127.0.0.1:${echoPort}:7`],
    ...['--', 'sh', '-c', script],
  );
  const log = await logged('web', /LOOKED/);
  for (const wanted of [
    /eth0 +inet 10\.150\.7\.7\/16/,
    /eth0 +inet6 fd00:150::77\/64/,
    /eth1 +inet 10\.151\.0\.\d+\/24/,
    /eth2 +inet 10\.152\.0\.\d+\/32/,
    /^default via 10\.150\.0\.1 dev eth0/m,
    /^default via fd00:150::1 dev eth0/m,
    /^10\.152\.0\.0\/24 via 10\.152\.0\.1 dev eth2/m,
    /^search a\.test\r?\nnameserver 10\.150\.0\.1\r?\noptions ndots:1/m,
    /^10\.150\.7\.7 web\r?\nfd00:150::77 web\r?\n10\.150\.0\.1 the-host/m,
    /lease of 10\.152\.0\.\d+ obtained from 169\.254\.0\.3/,
  ])
    assert.match(log, wanted);
  assert.equal(log.match(/ 0% packet loss/g)?.length, 4, log);

  const [first, second] = (await ignite.ok('ps', '--format', '{{json .status.network.ipAddresses}}')).match(
    /[0-9a-f.:]{7,}/g,
  )!;
  assert.deepEqual([first, second], ['10.150.7.7', 'fd00:150::77']);
  assert.match(await ignite.ok('ps'), /10\.150\.7\.7, fd00:150::77, 10\.151\.0\.\d+, 10\.152\.0\.\d+/);
  const listed = await ignite.ok('network', 'ls');
  assert.match(listed, /^ignite-test-150 +bridge +10\.150\.0\.0\/16, fd00:150::\/64 +yes +web$/m);
  assert.match(listed, /^p2p +ptp +10\.152\.0\.0\/24 +web$/m);
  const inspected = JSON.parse(await ignite.ok('network', 'inspect', 'lan'));
  assert.deepEqual(inspected.status.vms, ['web']);
  for (const url of ['http://10.150.7.7/', 'http://[fd00:150::77]/', `http://[fd00:150::1]:${oldPort}/`])
    assert.equal(await body(url), 'served\n');
});

test('what a VM cannot have of its networks is refused before anything is made, and told apart', async () => {
  const given = JSON.parse(await ignite.ok('inspect', 'web')).status.network.interfaces[1].ipAddresses[0];
  const refused: readonly [readonly string[], number, RegExp][] = [
    [['--network', 'lan', '--ip', given], 1, /on the network "lan" is used by VM "web"\nhint: /],
    [['--network', 'lam'], 1, /there is no CNI network "lam"\nhint: did you mean "lan"\?/],
    [['--ip', '10.150.7.7'], 1, /10\.150\.7\.7 on the network "ignite-test-150" is used by VM "web"/],
    [['--ip', '10.9.0.1'], 2, /outside 10\.150\.0\.0\/16 and fd00:150::\/64/],
    [['--ip6', 'fd00:150::1'], 2, /it is the gateway of fd00:150::\/64/],
    [['--mac', mac.toUpperCase()], 1, /the MAC 02:00:00:00:01:50 is used by VM "web"/],
    [['--network', 'lan', '-p', '8080:80'], 1, /the network "lan" cannot publish ports/],
  ];
  for (const [flags, code, said] of refused) {
    const result = await ignite.run('create', 'busybox', '--name', 'late', ...flags);
    assert.equal(result.code, code, result.stderr);
    assert.match(result.stderr, said);
  }
  assert.equal(await ignite.ok('ps', '-a', '-q', '--filter', 'name=late'), '');
});

test('ports of a running VM change while connections go on, also after a kill half-way', async () => {
  const connection = await openEcho(echoPort);
  const manifest = join(opened.dir, 'web.json');
  const declare = async (...ports: readonly object[]): Promise<void> => {
    const { apiVersion, kind, spec } = JSON.parse(await ignite.ok('inspect', 'web'));
    spec.network.ports = ports;
    writeFileSync(manifest, JSON.stringify({ apiVersion, kind, metadata: { name: 'web' }, spec }));
  };
  await declare({ hostPort: newPort, vmPort: 80 });
  assert.match(await ignite.ok('apply', '-f', manifest), /changed live/);
  assert.equal(await body(`http://127.0.0.1:${newPort}/`), 'served\n');
  await assert.rejects(fetch(`http://127.0.0.1:${oldPort}/`, { signal: AbortSignal.timeout(2_000) }));
  assert.equal(await ignite.ok('port', 'web'), `80/tcp -> 0.0.0.0:${newPort}\n`);
  assert.equal(await ignite.ok('port', 'web', '80'), `0.0.0.0:${newPort}\n`);
  assert.match((await ignite.run('port', 'web', '81')).stderr, /port 81\/tcp of VM "web" is not published/);
  assert.equal(await echoed(connection, 'still here'), 'still here');
  connection.destroy();

  for (const [round, hostPort] of [oldPort, newPort, oldPort].entries()) {
    await declare({ hostPort, vmPort: 80 });
    const apply = ignite.start(['apply', '-f', manifest]);
    await delay(500 + 250 * round);
    apply.kill();
    await apply.ended;
    await ignite.ok('apply', '-f', manifest);
    await ignite.ok('start', 'web'); // this also finishes the change that was cut short
    assert.equal(await body(`http://127.0.0.1:${hostPort}/`), 'served\n');
    assert.equal(await ignite.ok('port', 'web'), `80/tcp -> 0.0.0.0:${hostPort}\n`);
  }
});

test('interfaces that plugins make are handed over as annotations say, and VMs know each other by all addresses', async () => {
  const script = [
    ...[again, 'ip -o address', 'again ping -c 1 10.153.1.1'],
    ...['ip address add 10.153.2.2/24 dev eth2', 'again ping -c 1 10.153.2.1'],
    ...['nslookup web 10.154.0.1', 'nslookup -type=AAAA web 10.150.0.1', 'nslookup -type=A web 10.150.0.1'],
    ...['again timeout 60 wget -qO- http://10.150.7.7/', 'echo LOOKED', 'sleep 1000'],
  ].join('\n');
  const manifest = {
    apiVersion: 'ignite.weave.works/v1',
    kind: 'VM',
    metadata: {
      name: 'extra',
      annotations: {
        'ignite.weave.works/interface/net1': 'dhcp-bridge',
        'ignite.weave.works/interface/net2': 'tc-redirect',
      },
    },
    spec: {
      image: { oci: 'busybox' },
      network: { name: 'extra', interfaces: [{ name: 'own', network: 'ignite-test-150' }] },
      command: ['sh', '-c', script],
    },
  };
  const file = join(opened.dir, 'extra.json');
  writeFileSync(file, JSON.stringify(manifest));
  await ignite.ok('run', '--config', file);
  const log = await logged('extra', /LOOKED/);
  assert.match(log, /eth0 +inet 10\.154\.0\.\d+\/24/);
  assert.match(log, /eth1 +inet 10\.153\.1\.2\/24/);
  assert.doesNotMatch(log, /eth2 +inet /);
  assert.match(log, /eth3 +inet 10\.150\.\d+\.\d+\/16/);
  assert.equal(log.match(/ 0% packet loss/g)?.length, 2, log);
  assert.match(log, /10\.150\.7\.7/);
  assert.match(log, /fd00:150::77/);
  assert.match(log, /served/);
  const { status } = JSON.parse(await ignite.ok('inspect', 'extra'));
  assert.deepEqual(
    status.network.interfaces.map(({ name }: { readonly name: string }) => name),
    ['eth0', 'net1', 'net2', 'own'],
  );
});

test('a file that cannot be read is told of by name, and hinders no other VM and no other network', async () => {
  const { uid } = JSON.parse(await ignite.ok('inspect', 'extra')).metadata;
  const record = join(opened.paths.dataDir, 'network', `${uid}.json`);
  const list = join(opened.dir, 'cni/10-ignite.conflist');
  const [recordText, listText] = [readFileSync(record), readFileSync(list)];
  writeFileSync(record, '{');
  writeFileSync(list, '{');
  try {
    const listed = await ignite.run('network', 'ls');
    assert.match(listed.stdout, /^lan +macvlan .* web$/m);
    assert.match(
      listed.stderr,
      /^warning: .*10-ignite\.conflist is not a CNI network configuration list: fix it/,
    );
    const other = await ignite.run('run', 'busybox', '--name', 'other', '--network', 'p2p', '--', 'true');
    assert.equal(other.code, 0, other.stderr);
    assert.match(
      other.stderr,
      /^warning: VM "extra": .*\.json is not a valid network record .*: .* remove the file$/m,
    );
    await ignite.ok('rm', '-f', 'other');
    const broken = await ignite.run('stop', '--time', '0', 'extra');
    assert.match(
      broken.stderr,
      /\.json is not a valid network record [^]*hint: .* stop the VM and remove the file/,
    );
    assert.equal(await ignite.ok('ps', '-q', '--filter', 'name=extra'), '', 'the VM is stopped nevertheless');
  } finally {
    writeFileSync(record, recordText);
    writeFileSync(list, listText);
  }
  await ignite.ok('start', 'extra');
});

test('a VM keeps its addresses over a restart; when it goes so does all that it had on its networks', async () => {
  await ignite.ok('stop', '--time', '0', 'web');
  await ignite.ok('start', 'web');
  const { status } = JSON.parse(await ignite.ok('inspect', 'web'));
  assert.deepEqual(status.network.ipAddresses.slice(0, 2), ['10.150.7.7', 'fd00:150::77']);
  assert.equal(status.network.mac, mac);
  await ignite.ok('rm', '-f', 'extra');
  const links = ip('-o', 'link');
  assert.ok(!links.includes('igx150') && links.includes('igtest150:'), links);
  await ignite.ok('rm', '-f', 'web');
  await ignite.ok('create', 'busybox', '--name', 'heir', '--ip', '10.150.7.7', '--mac', mac);
});

function writeNetworks(dir: string): void {
  const hostLocal = (subnet: string, more: object = {}) => ({ type: 'host-local', subnet, ...more });
  const lists = {
    '20-lan.conf': {
      type: 'macvlan',
      master: lan.ends[0],
      ipam: hostLocal('10.151.0.0/24', { rangeStart: '10.151.0.9' }),
    },
    '30-p2p.conflist': {
      plugins: [
        { type: 'ptp', ipMasq: true, ipam: hostLocal('10.152.0.0/24', { routes: [{ dst: '0.0.0.0/0' }] }) },
      ],
    },
    '40-extra.conflist': {
      plugins: [
        {
          type: 'bridge',
          bridge: 'igx150',
          isDefaultGateway: true,
          ipMasq: true,
          ipam: hostLocal('10.154.0.0/24'),
        },
        { type: 'extra-links' },
      ],
    },
  };
  mkdirSync(dir, { recursive: true });
  for (const [file, list] of Object.entries(lists)) {
    const name = /^\d+-(\w+)/.exec(file)?.[1];
    writeFileSync(join(dir, file), JSON.stringify({ cniVersion: '0.4.0', name, ...list }));
  }
}

/**
 * A CNI plugin that creates two more interfaces in the namespace, like multus. Only the first one has an
 * address.
 */
const extraLinks = `#!${process.execPath}
const { execFileSync } = require('node:child_process');
const { readFileSync } = require('node:fs');
const { prevResult } = JSON.parse(readFileSync(0, 'utf8'));
const ip = (line) => execFileSync('ip', line.split(' '));
const netns = process.env.CNI_NETNS.split('/').pop();
for (const number of [1, 2]) {
  const host = 'igx150n' + number;
  if (process.env.CNI_COMMAND === 'DEL') {
    try { ip('link delete ' + host); } catch {}
    continue;
  }
  ip('link add ' + host + ' type veth peer name net' + number + ' netns ' + netns);
  ip('address add 10.153.' + number + '.1/24 dev ' + host);
  ip('link set ' + host + ' up');
  ip('-n ' + netns + ' link set net' + number + ' up');
  if (number === 1) ip('-n ' + netns + ' address add 10.153.1.2/24 dev net1');
}
if (process.env.CNI_COMMAND === 'ADD') console.log(JSON.stringify(prevResult));
`;

async function logged(name: string, wanted: RegExp): Promise<string> {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline;) {
    const log = await ignite.logged(name);
    if (wanted.test(log)) return log;
    await delay(100);
  }
  throw new Error(`${name} never logged ${String(wanted)}: ${await ignite.logged(name)}`);
}

async function body(url: string): Promise<string> {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline;) {
    try {
      return await (await fetch(url, { signal: AbortSignal.timeout(20_000) })).text();
    } catch {
      await delay(100);
    }
  }
  throw new Error(`${url} did not answer`);
}

async function openEcho(port: number): Promise<Socket> {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await delay(100)) {
    const socket = connect(port, '127.0.0.1').setNoDelay();
    socket.on('error', () => undefined); // the guest may not listen yet
    socket.write('hello\n');
    const said = await Promise.race([once(socket, 'data').catch(() => []), delay(10_000, [])]);
    if (String(said[0]) === 'hello\n') return socket;
    socket.destroy();
  }
  throw new Error(`nothing echoes on port ${port}`);
}

async function echoed(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  const said: unknown[] = await once(socket, 'data', { signal: AbortSignal.timeout(patienceMs) });
  return String(said[0]);
}
