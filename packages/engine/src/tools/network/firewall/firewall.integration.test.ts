import assert from 'node:assert/strict';
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { networkPolicySchema } from '@ignite/api/v1/network-policy';
import { localRunner } from '@ignite/toolkit/process/local-runner';
import * as v from 'valibot';
import { parseIp, withoutPrefix } from '@ignite/api/address/ip-address';
import { netnsName } from '../link/netns.ts';
import { LocalNetwork } from '../local-network.ts';
import { attachRequest, eth0 } from '../network.contract.ts';
import type { Attachment, AttachRequest } from '../network.ts';
import { linkLocalOf } from './plan-guest-table.ts';

const { signal } = new AbortController();
const bridge = 'igtest111';
const lan = { netns: 'igtest111-lan', host: '198.51.111.1', address: '198.51.111.2' } as const;
const lan6 = { host: '2001:db8:111::1', address: '2001:db8:111::2' } as const;

const run = (...[tool, ...args]: readonly [string, ...string[]]): string =>
  execFileSync(tool, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const ip = (words: string): string => run('ip', ...words.split(' '));

/** A namespace with its own network stack, which stands in for a guest behind a VM's tap. */
interface StandIn extends Disposable {
  readonly uid: string;
  readonly netns: string;
  readonly attachment: Attachment;
  readonly address: string;
  readonly address6: string;
}

let dir: string;
let network: LocalNetwork;
let [a, b, other]: StandIn[] = [];
let webPort: number;
const servers: ChildProcess[] = [];

before(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ignite-firewall-'));
  chmodSync(dir, 0o711);
  const fallback = {
    ...{ name: 'ignite-test-111', bridge, subnet: '10.111.0.0/24', subnet6: 'fd00:111::/64' },
  };
  const paths = { dir: join(dir, 'network'), locksDir: join(dir, 'locks'), confDir: join(dir, 'cni') };
  network = new LocalNetwork({ ...paths, fallback, env: process.env }, localRunner);
  mkdirSync(paths.confDir);
  const p2p = { type: 'ptp', ipMasq: true };
  const ipam = { type: 'host-local', subnet: '10.112.0.0/24', routes: [{ dst: '0.0.0.0/0' }] };
  writeFileSync(
    join(paths.confDir, '30-p2p.conflist'),
    JSON.stringify({ cniVersion: '0.4.0', name: 'igtest112-p2p', plugins: [{ ...p2p, ipam }] }),
  );
  webPort = await freePort();
  a = await standIn({ name: 'a', ports: [{ hostPort: webPort, vmPort: 80, protocol: 'tcp' }] });
  b = await standIn({ name: 'b', labels: { role: 'db' } });
  other = await standIn({ name: 'other', interfaces: [eth0({ network: 'igtest112-p2p' })] });
  openLan();
  for (const port of [80, 7777]) await serve(a.netns, port, `a ${port}`);
  for (const port of [80, 7777]) await serve(b.netns, port, `b ${port}`);
  await serve(other.netns, 7777, 'other');
  await serve(lan.netns, 8080, 'outside');
});

after(async () => {
  for (const server of servers) server.kill('SIGKILL');
  for (const guest of [a, b, other]) {
    guest?.[Symbol.dispose]();
    if (guest) await network.detach(guest.uid, signal);
  }
  ip(`netns delete ${lan.netns}`);
  rmSync(dir, { recursive: true });
  assert.doesNotMatch(run('nft', 'list', 'tables'), /ignite/);
});

test('ordinary commands keep working', async () => {
  assert.equal(await fetched(b!.netns, `http://${a!.address}:7777/`), 'a 7777', 'VMs of one network');
  assert.equal(await fetched(b!.netns, `http://[${a!.address6}]:7777/`), 'a 7777');
  assert.equal(await fetched(undefined, `http://${a!.address}:7777/`), 'a 7777', 'the host');
  for (const at of [lan.host, '10.111.0.1', `[fd00:111::1]`])
    for (const from of [a, b])
      assert.equal(await fetched(from!.netns, `http://${at}:${webPort}/`), 'a 80', at);
  assert.equal(await fetched(undefined, `http://127.0.0.1:${webPort}/`), 'a 80');
  assert.equal(await fetched(lan.netns, `http://${lan.host}:${webPort}/`), 'a 80', 'the LAN');
  assert.equal(await fetched(lan.netns, `http://[${lan6.host}]:${webPort}/`), 'a 80');
  assert.equal(await fetched(other!.netns, `http://${lan.host}:${webPort}/`), 'a 80', 'another network');
  for (const from of [a, b, other])
    assert.equal(await fetched(from!.netns, `http://${lan.address}:8080/`), 'outside');
});

test("a guest does not reach what listens on the host's loopback, nor send from there", async () => {
  assert.equal(readFileSync(`/proc/sys/net/ipv4/conf/${bridge}/route_localnet`, 'utf8').trim(), '1');
  const port = await freePort();
  const server = createHttpServer((_, answer) => answer.end('secret')).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { netns } = b!;
  ip(`-n ${netns} address delete 127.0.0.1/8 dev lo`);
  execIn(netns, 'sysctl', '-qw', 'net.ipv4.conf.all.route_localnet=1');
  ip(`-n ${netns} route add 127.0.0.0/8 via 10.111.0.1 src ${b!.address}`);
  try {
    const [listening, published] = [`http://127.0.0.1:${port}/`, `http://127.0.0.1:${webPort}/`];
    await nobodyReached([
      [netns, listening],
      [netns, published],
    ]);
  } finally {
    ip(`-n ${netns} route delete 127.0.0.0/8 via 10.111.0.1`);
    server.close();
  }
});

test('nobody from elsewhere reaches ports that are not published', async () => {
  const ofOther = `http://${other!.address}:7777/`;
  await nobodyReached([
    ...[lan.netns, other!.netns].flatMap((from) =>
      [7777, 80].map((port) => [from, `http://${a!.address}:${port}/`] as const),
    ),
    [lan.netns, `http://[${a!.address6}]:7777/`],
    [lan.netns, ofOther], // also behind a ptp
    [a!.netns, ofOther],
  ]);
});

test("no guest takes another's, or the gateway's, address or MAC", async () => {
  const { netns } = b!;
  const hostMac = (address: string) => /lladdr (\S+)/.exec(ip(`neigh show ${address} dev ${bridge}`))?.[1];
  assert.equal(await fetched(undefined, `http://${a!.address}:80/`), 'a 80');
  const macOfA = hostMac(a!.address);
  assert.equal(macOfA, a!.attachment.nics[0]?.mac);
  for (const address of [a!.address, '10.111.0.1']) {
    ip(`-n ${netns} address add ${address}/32 dev eth0`);
    for (const flag of ['-U', '-A'])
      execIn(netns, 'busybox', 'arping', flag, '-c', '2', '-w', '2', '-I', 'eth0', '-s', address, address);
    ip(`-n ${netns} address delete ${address}/32 dev eth0`);
  }
  for (const address of [a!.address6, 'fd00:111::1']) {
    execIn(netns, 'sysctl', '-qw', 'net.ipv6.conf.eth0.ndisc_notify=1');
    ip(`-n ${netns} address add ${address}/128 dev eth0 nodad`);
    assert.equal(
      await fetched(netns, `http://10.111.0.1:${webPort}/`, '--interface', b!.address),
      'a 80',
      'itself it may be',
    );
    await nobodyReached([[netns, `http://[${lan6.address}]:8080/`, '--interface', address]]);
    ip(`-n ${netns} address delete ${address}/128 dev eth0`);
  }
  assert.equal(hostMac(a!.address), macOfA);
  assert.equal(await fetched(lan.netns, `http://${lan.host}:${webPort}/`), 'a 80', 'and not b 80');
  assert.equal(await fetched(a!.netns, `http://${lan.address}:8080/`), 'outside', 'by the true gateway');
});

test('frames that no guest may send do not arrive', async () => {
  const { netns, attachment, address } = b!;
  const mac = hexOfMac(attachment.nics[0]!.mac);
  const macOfA = hexOfMac(a!.attachment.nics[0]!.mac);
  const linkLocal = parseIp(linkLocalOf(attachment.nics[0]!.mac)).value.toString(16);
  const arp = (from: string, sender: string, ip4: string) =>
    `ffffffffffff${from}08060001080006040002${sender}${hexOf(ip4)}ffffffffffff${hexOf(a!.address)}`;
  const udp = (from: string, sport: number) => `ffffffffffff${mac}0800${udpPacket(from, sport)}`;
  const icmp6 = (type: string) =>
    `333300000001${mac}86dd6000000000103aff${linkLocal}ff02${'0'.repeat(24)}0001${type}${'0'.repeat(30)}`;
  const forged = {
    "another's MAC": arp(macOfA, macOfA, address),
    "another's MAC in ARP": arp(mac, macOfA, address),
    "another's address in ARP": arp(mac, mac, a!.address),
    "the gateway's address in ARP": arp(mac, mac, '10.111.0.1'),
    'a DHCP server': udp(address, 67),
    "another's IPv4 source": udp(a!.address, 4660),
    'a router advertisement': icmp6('86'),
    'a redirect': icmp6('89'),
    'a VLAN tag': `ffffffffffff${mac}81000005${udp(address, 4660).slice(24)}`,
    'another protocol': `ffffffffffff${mac}88cc0207040001020304`,
  };
  const allowed = { 'a neighbour that asks': icmp6('85'), 'a packet of its own': udp(address, 4660) };
  const heard = spawn('ip', ['netns', 'exec', a!.netns, 'perl', '-e', listening], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await saying(heard);
    const frames = createInterface(heard.stdout)[Symbol.asyncIterator]();
    execIn(netns, 'perl', '-e', sending, ...Object.values(forged), ...Object.values(allowed));
    const seen: string[] = [];
    while (!seen.at(-1)?.startsWith(allowed['a packet of its own']))
      seen.push(String((await frames.next()).value));
    const arrived = (all: object) =>
      Object.entries(all)
        .filter(([, frame]) => seen.some((each) => each.startsWith(frame)))
        .map(([what]) => what);
    assert.deepEqual(arrived(allowed), Object.keys(allowed));
    assert.deepEqual(arrived(forged), []);
  } finally {
    heard.kill('SIGKILL');
  }
});

test('a policy opens ports to whom it names, closes others of the same network, and changes at once', async () => {
  const policy = (ingress: readonly object[]) =>
    ({ labels: {}, policy: v.parse(networkPolicySchema, { ingress }) }) as const;
  const url = `http://${a!.address}:7777/`;
  const netnses = { lan: lan.netns, b: b!.netns, other: other!.netns };
  const assertReachedBy = async (...names: readonly (keyof typeof netnses)[]): Promise<void> => {
    for (const name of names) assert.equal(await fetched(netnses[name], url), 'a 7777', name);
    const others = Object.entries(netnses).filter(([name]) => !names.some((each) => each === name));
    await nobodyReached(others.map(([, netns]) => [netns, url]));
  };
  const from = (peer: object) => ({ from: [peer], ports: [{ port: 7777 }] });
  await network.admit(a!.uid, policy([from({ cidr: '198.51.111.0/24' })]), signal);
  await assertReachedBy('lan');
  await nobodyReached([[lan.netns, `http://${a!.address}:80/`]]);
  assert.equal(
    await fetched(b!.netns, `http://${lan.host}:${webPort}/`),
    'a 80',
    'what is published stays so',
  );
  assert.equal(await fetched(undefined, `http://${a!.address}:7777/`), 'a 7777', 'the host');
  assert.equal(await fetched(a!.netns, `http://${b!.address}:7777/`), 'b 7777', 'whom it asks may answer');
  assert.equal(await fetched(a!.netns, `http://${lan.address}:8080/`), 'outside');
  await network.admit(
    a!.uid,
    policy([from({ vms: { role: 'db' } }), from({ cidr: 'fd00:111::/64' })]),
    signal,
  );
  await assertReachedBy('b');
  assert.equal(await fetched(b!.netns, `http://[${a!.address6}]:7777/`), 'a 7777');
  await network.admit(b!.uid, { labels: {} }, signal);
  await assertReachedBy(); // b is no longer meant
  await network.admit(other!.uid, { labels: { role: 'db' } }, signal);
  await assertReachedBy('other'); // it is on another network
  await network.admit(a!.uid, { labels: {} }, signal);
  await assertReachedBy('b');
});

test('a policy says whom a VM reaches, and those that it answers', async () => {
  const egress = [{ to: [{ cidr: `${lan.address}/32` }], ports: [{ port: 8080 }] }];
  const policy = v.parse(networkPolicySchema, { egress });
  await network.admit(b!.uid, { labels: {}, policy }, signal);
  assert.equal(await fetched(b!.netns, `http://${lan.address}:8080/`), 'outside');
  const closed = [`${a!.address}:7777`, `[${a!.address6}]:7777`, `${lan.host}:${webPort}`];
  await nobodyReached(closed.map((at) => [b!.netns, `http://${at}/`]));
  assert.equal(await fetched(a!.netns, `http://${b!.address}:7777/`), 'b 7777');
  assert.equal(await fetched(undefined, `http://[${b!.address6}]:7777/`), 'b 7777');
  await network.admit(b!.uid, { labels: {} }, signal);
  assert.equal(await fetched(b!.netns, `http://${a!.address}:7777/`), 'a 7777');
});

test('filters that were taken away or altered are told of, and put back', async () => {
  assert.deepEqual(await network.examineFirewall(signal), []);
  const policy = v.parse(networkPolicySchema, { ingress: [{ from: [{ vms: {} }] }], egress: [] });
  await network.admit(a!.uid, { labels: {}, policy }, signal);
  assert.deepEqual(await network.examineFirewall(signal), [], 'as the tool words a policy too');
  run('nft', 'flush', 'chain', 'inet', `ignite-${bridge}`, 'prerouting');
  execIn(netnsName(b!.uid), 'nft', 'delete', 'table', 'netdev', 'ignite');
  assert.deepEqual(await network.examineFirewall(signal), [
    { of: { device: bridge }, state: 'altered' },
    { of: { vm: 'b' }, state: 'missing' },
  ]);
  await network.restoreFirewall(signal);
  assert.deepEqual(await network.examineFirewall(signal), []);
  await network.admit(a!.uid, { labels: {} }, signal);
});

/** The time after which nobody is expected to answer any more, in seconds. */
const refusedSeconds = 3;
/** The time in which even a busy host answers, in seconds. */
const patienceSeconds = 120;

/** Returns the response to a request from a namespace, or `undefined` if there is none. */
async function fetched(
  netns: string | undefined,
  url: string,
  ...flags: readonly string[]
): Promise<string | undefined> {
  const place = netns === undefined ? [] : ['ip', 'netns', 'exec', netns];
  const [tool, ...args] = [...place, 'curl', '-s', '-m', String(patienceSeconds), ...flags, url];
  return await new Promise((resolve) =>
    execFile(tool, args, (failure, stdout) => resolve(failure === null ? stdout : undefined)),
  );
}

type Request = readonly [netns: string, url: string, ...flags: readonly string[]];

/** Asserts that there is no response to any of the requests, which are made at once. */
async function nobodyReached(requests: readonly Request[]): Promise<void> {
  const limit = ['-m', String(refusedSeconds)]; // of two limits the last one counts
  const responses = await Promise.all(
    requests.map(([netns, url, ...flags]) => fetched(netns, url, ...flags, ...limit)),
  );
  for (const [at, [netns, url]] of requests.entries())
    assert.equal(responses[at], undefined, `${netns} ${url}`);
}

const execIn = (netns: string, ...command: readonly string[]): string =>
  run('ip', 'netns', 'exec', netns, ...command);

const hexOfMac = (mac: string): string => mac.replaceAll(':', '');
const hexOf = (address: string): string => Buffer.from(address.split('.').map(Number)).toString('hex');

/** Builds a packet with a correct header, to the broadcast address of the network. */
function udpPacket(from: string, sport: number): string {
  const header = Buffer.from(`450000200001000040110000${hexOf(from)}${hexOf('10.111.0.255')}`, 'hex');
  let sum = 0;
  for (let at = 0; at < header.length; at += 2) sum += header.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  header.writeUInt16BE(0xffff - sum, 10);
  return `${header.toString('hex')}${sport.toString(16).padStart(4, '0')}0044000c000068656c6c`;
}

/** Prints the frames of eth0, each as a line of digits, through packet(7). */
const opening = `
my $at = \`cat /sys/class/net/eth0/ifindex\`; socket(my $eth, 17, 3, 0x0300) or die;
bind($eth, pack("S n l S C C a8", 17, 3, $at, 0, 0, 0, "")) or die;`;
const sending = `${opening} syswrite($eth, pack("H*", $_)) for @ARGV;`;
const listening = `${opening} $| = 1; print "up\\n";
while (sysread($eth, my $frame, 2048)) { print unpack("H*", $frame), "\\n"; }`;

async function serve(netns: string, port: number, text: string): Promise<void> {
  const program = `require('node:http').createServer((_, answer) => answer.end('${text}')).listen(${port}, '::', () => console.log('up'))`;
  const server = spawn('ip', ['netns', 'exec', netns, process.execPath, '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  servers.push(server);
  await saying(server);
}

async function saying(program: ChildProcess): Promise<void> {
  const [said] = await Promise.race([once(program.stdout!, 'data'), once(program, 'exit')]);
  assert.ok(said instanceof Buffer, 'it ended');
}

/** Creates a neighbour of this host that has found out how to route to VMs. */
function openLan(): void {
  ip(`netns add ${lan.netns}`);
  ip(`link add igtest111l type veth peer name eth0 netns ${lan.netns}`);
  for (const address of [`${lan.host}/24`, `${lan6.host}/64`])
    ip(`address add ${address} dev igtest111l ${address.includes(':') ? 'nodad' : ''}`.trim());
  ip('link set igtest111l up');
  ip(`-n ${lan.netns} link set lo up`);
  for (const address of [`${lan.address}/24`, `${lan6.address}/64`])
    ip(`-n ${lan.netns} address add ${address} dev eth0 ${address.includes(':') ? 'nodad' : ''}`.trim());
  ip(`-n ${lan.netns} link set eth0 up`);
  ip(`-n ${lan.netns} route add 10.111.0.0/24 via ${lan.host}`);
  ip(`-n ${lan.netns} route add 10.112.0.0/24 via ${lan.host}`);
  ip(`-n ${lan.netns} route add fd00:111::/64 via ${lan6.host}`);
}

/** Attaches a VM and connects a namespace to its tap, which has the guest's MAC, addresses and routes. */
async function standIn(more: Partial<AttachRequest>): Promise<StandIn> {
  const asked = attachRequest({ vmmUid: 0, ...more });
  const attachment = await network.attach(asked, signal);
  const [nic] = attachment.nics;
  const netns = `igtest111-${asked.name}`;
  ip(`netns add ${netns}`);
  const relay = spawn(
    'ip',
    ['netns', 'exec', netnsName(asked.uid), 'perl', '-e', relayFrom, nic!.tap!, netns],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  await saying(relay);
  const [address = '', address6 = ''] = nic!.addresses.map(withoutPrefix);
  const lines = [
    'link set lo up',
    `link set eth0 address ${nic!.mac}`,
    'link set eth0 up',
    ...nic!.addresses.map((each) =>
      `address add ${each} dev eth0 ${each.includes(':') ? 'nodad' : ''}`.trim(),
    ),
    ...nic!.routes.map(({ to, via }) => `route add ${to} ${via === undefined ? '' : `via ${via} `}dev eth0`),
  ];
  for (const line of lines) ip(`-n ${netns} ${line}`);
  return {
    uid: asked.uid,
    netns,
    attachment,
    address,
    address6,
    [Symbol.dispose]: () => {
      relay.kill('SIGKILL');
      ip(`netns delete ${netns}`);
    },
  };
}

/**
 * Opens the tap as a VMM does (ioctl TUNSETIFF), then eth0 in the other namespace, and forwards frames
 * between them.
 */
const carry = `
open(my $tap, "+<&=", $ARGV[0]) or die; open(my $eth, "+<", "/dev/net/tun") or die;
my $name = pack("a16 s x22", "eth0", 0x1002); ioctl($eth, 0x400454ca, $name) or die; $| = 1; print "up\\n";
my $bits = ""; vec($bits, fileno($_), 1) = 1 for $tap, $eth;
while (select(my $ready = $bits, undef, undef, undef) > 0) {
  for ([$tap, $eth], [$eth, $tap]) {
    my ($from, $to) = @$_;
    next unless vec($ready, fileno($from), 1);
    sysread($from, my $frame, 65536);
    syswrite($to, $frame);
  }
}`;
const relayFrom = `
$^F = 9; open(my $tap, "+<", "/dev/net/tun") or die;
my $name = pack("a16 s x22", $ARGV[0], 0x1002); ioctl($tap, 0x400454ca, $name) or die;
exec "ip", "netns", "exec", $ARGV[1], "perl", "-e", '${carry.replaceAll("'", "'\\''")}', fileno($tap);`;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '0.0.0.0');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
