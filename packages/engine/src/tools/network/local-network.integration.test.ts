import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  statSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { localRunner } from '@ignite/toolkit/process/local-runner';
import { endProcess } from '@ignite/toolkit/process/pid';
import type { AttachmentRecord } from './cni/attachment-record.ts';
import { removeMasquerade } from './cni/cni-chains.ts';
import type { DefaultNetwork } from './cni/default-network.ts';
import { netnsName } from './link/netns.ts';
import { LocalNetwork } from './local-network.ts';
import { addressOf, attachRequest as request, eth0, testNetworkContract } from './network.contract.ts';
import type { AttachRequest } from './network.ts';

const signal = new AbortController().signal;
const bridge = 'igtest110';

testNetworkContract('LocalNetwork', open, freePort);

test('LocalNetwork: the last VM to go takes bridge, DNS server, rules and leases along', async () => {
  const before = hostState();
  {
    await using network = await open();
    for (let count = 0; count < 2; count += 1) await network.attach(request(), signal);
    assert.notDeepEqual(hostState(), before);
    assert.equal(statSync('/dev/null').uid, 0, 'which a server that logs there would give to its user');
  }
  await assertHostIs(before);
});

test('LocalNetwork: what a reboot took is put back, and what it left is cleared', async () => {
  const before = hostState();
  {
    await using network = await open();
    const asked = {
      ...request(),
      ports: [{ hostPort: await freePort(), vmPort: 80, protocol: 'tcp' as const }],
    };
    const first = await network.attach(asked, signal);
    execFileSync('ip', ['netns', 'delete', netnsName(asked.uid)]);
    assert.deepEqual(await network.observe(asked.uid), { state: 'partial' });
    const interfaces = [eth0({ lastAddresses: [addressOf(first)] })];
    const second = await network.attach({ ...asked, interfaces }, signal);
    assert.equal(addressOf(second), addressOf(first));
  }
  await assertHostIs(before);
});

test('LocalNetwork: an attachment that was cut short before its masquerading was made can be undone', async () => {
  const before = hostState();
  {
    await using network = await open();
    const asked = request();
    await network.attach(asked, signal);
    const chain = { network: 'ignite-test-110', containerId: `ignite-${asked.uid}`, families: [4] } as const;
    await removeMasquerade(chain, localRunner, signal);
    network.change(asked.uid, ({ attachment: _attachment, ...cutShort }) => cutShort);
    await network.detach(asked.uid, signal);
  }
  await assertHostIs(before);
});

test("LocalNetwork: the guest's MAC is neither the namespace's nor the bridge's, and the tap is the VMM user's", async () => {
  await using network = await open();
  const asked = request();
  const { mac, tap } = (await network.attach(asked, signal)).nics[0]!;
  const links = JSON.parse(
    execFileSync('ip', ['-n', netnsName(asked.uid), '-d', '-j', 'link'], { encoding: 'utf8' }),
  ) as readonly {
    readonly ifname: string;
    readonly address: string;
    readonly linkinfo?: { readonly info_data?: { readonly user?: string | number } };
  }[];
  assert.ok(links.length >= 4, 'lo, eth0, the bridge and the tap');
  assert.ok(!links.some(({ address }) => address === mac));
  const user = links.find(({ ifname }) => ifname === tap)?.linkinfo?.info_data?.user;
  assert.equal(Number(user), asked.vmmUid);
});

test('LocalNetwork: both families are given, served and cleared, however far an attachment came', async () => {
  const before = hostState();
  {
    await using network = await open({ subnet6: 'fd00:110::/64' });
    const ports = [{ hostPort: await freePort(), vmPort: 80, protocol: 'tcp' as const }];
    const asked = request({ ports, name: 'both' });
    const { nics, dns } = await network.attach(asked, signal);
    assert.match(nics[0]?.addresses[1] ?? '', /^fd00:110::[0-9a-f]+\/64$/);
    assert.deepEqual(nics[0]?.routes.at(-1), { to: 'default', via: 'fd00:110::1' });
    assert.deepEqual(dns, ['10.110.0.1']);
    const names = readFileSync(
      join(network.dir, 'network/dnsmasq/ignite-test-110/names', `ignite-${asked.uid}`),
    );
    assert.match(names.toString(), /^10\.110\.0\.\d+ both\nfd00:110::[0-9a-f]+ both\n$/);
    assert.match(execFileSync('ip6tables-save', { encoding: 'utf8' }), /DNAT --to-destination \[fd00:110::/);

    const cutShort = request();
    await network.attach(cutShort, signal);
    execFileSync('ip', ['netns', 'delete', netnsName(cutShort.uid)]);
    network.change(cutShort.uid, ({ attachment: _attachment, ...rest }) => rest);
    const lost = {
      network: 'ignite-test-110',
      containerId: `ignite-${cutShort.uid}`,
      families: [4, 6],
    } as const;
    await removeMasquerade(lost, localRunner, signal);
    await network.detach(cutShort.uid, signal);
  }
  await assertHostIs(before);
});

test('LocalNetwork: a macvlan is redirected to, a ptp has routes, and each network is cleared by itself', async () => {
  const before = hostState();
  const ip = (...words: readonly string[]) => execFileSync('ip', words, { encoding: 'utf8' });
  ip('link', 'add', 'igtest110m', 'type', 'veth', 'peer', 'name', 'igtest110n');
  try {
    for (const end of ['igtest110m', 'igtest110n']) ip('link', 'set', end, 'up');
    await using network = await open();
    network.write('20-lan.conf', {
      ...{ cniVersion: '0.4.0', name: 'igtest110-lan', type: 'macvlan', master: 'igtest110m' },
      ipam: { type: 'host-local', subnet: '10.110.1.0/24' },
    });
    network.write('30-p2p.conflist', {
      ...{ cniVersion: '0.4.0', name: 'igtest110-p2p' },
      plugins: [
        {
          ...{ type: 'ptp', ipMasq: true },
          ipam: { type: 'host-local', subnet: '10.110.2.0/24', routes: [{ dst: '0.0.0.0/0' }] },
        },
      ],
    });
    network.write('40-own.conflist', {
      ...{ cniVersion: '0.4.0', name: 'igtest110-own' },
      plugins: [
        {
          ...{ type: 'bridge', bridge: 'igtest110b', isGateway: true },
          ipam: { type: 'host-local', subnet: '10.110.3.0/24' },
        },
      ],
    });
    const asked = request({
      interfaces: [
        eth0({ network: 'igtest110-p2p' }),
        eth0({ name: 'lan', network: 'igtest110-lan', mac: '02:00:00:00:11:10' }),
        eth0({ name: 'own', network: 'igtest110-own' }),
      ],
    });
    const { nics } = await network.attach(asked, signal);
    assert.deepEqual(
      nics.map(({ name, network: of }) => [name, of]),
      [
        ['eth0', 'igtest110-p2p'],
        ['lan', 'igtest110-lan'],
        ['own', 'igtest110-own'],
      ],
    );
    assert.match(nics[0]?.addresses[0] ?? '', /\/32$/);
    assert.deepEqual(nics[0]?.routes[0], { to: '10.110.2.1' });
    const inside = (tool: string, ...words: readonly string[]) =>
      execFileSync(tool, ['-n', netnsName(asked.uid), ...words], { encoding: 'utf8' });
    assert.match(inside('ip', 'link', 'show', 'dev', 'lan'), /02:00:00:00:11:10/);
    const filters = ip('netns', 'exec', netnsName(asked.uid), 'nft', 'list', 'table', 'netdev', 'ignite');
    assert.match(filters, /device "lan" .*\n\s+fwd to "tap1"/);
    assert.match(filters, /ip saddr [^\n]* fwd to "lan"/);

    assert.match(dhcpServers(network.dir), new RegExp(`/dhcp/${asked.uid}/.*--interface=br0 `));
    assert.doesNotMatch(dhcpServers(network.dir), /--interface=br1 /);

    await network.attach(request(), signal);
    await network.detach(asked.uid, signal);
    assert.ok(!ip('-o', 'link').includes('igtest110b'), 'the bridge of a network goes with its last VM');
    assert.ok(ip('-o', 'link').includes(bridge), "and another network's stays");
  } finally {
    ip('link', 'delete', 'igtest110m');
  }
  await assertHostIs(before);
});

test('LocalNetwork: VMs that version 0.1.0 attached stay on their network, and leave nothing behind', async () => {
  const before = hostState();
  {
    await using network = await open();
    const [stays, goes] = [request({ name: 'stays' }), request({ name: 'goes' })];
    for (const asked of [stays, goes]) await network.attach(asked, signal);
    const attachedBefore = await network.observe(stays.uid);
    await network.asOfVersion010();
    assert.deepEqual(await network.observe(stays.uid), attachedBefore);

    await network.detach(goes.uid, signal);
    const names = (): readonly string[] =>
      readdirSync(join(network.dir, 'network/dnsmasq/ignite-test-110/names')).toSorted();
    assert.deepEqual(names(), [`ignite-${stays.uid}`]);
    const comes = request({ name: 'comes' });
    await network.attach(comes, signal);
    assert.deepEqual(names(), [`ignite-${comes.uid}`, `ignite-${stays.uid}`].toSorted());
    assert.equal(dhcpServers(network.dir).split('\n').length, 1);
    assert.deepEqual(await network.observe(stays.uid), attachedBefore);
    await network.rename(stays.uid, 'renamed', signal);
  }
  await assertHostIs(before);
});

test('LocalNetwork: a change of ports that was killed half-way is finished by the next, or undone', async () => {
  const before = hostState();
  {
    await using network = await open();
    const [first, second] = [await freePort(), await freePort()];
    for (const finish of [true, false]) {
      const asked = request({ ports: on(first) });
      await network.attach(asked, signal);
      network.change(asked.uid, (record) => ({
        ...record,
        ports: [...on(first), ...on(second)],
        isChangingPorts: true,
      }));
      execFileSync('iptables', ['-t', 'nat', '-F', 'CNI-HOSTPORT-DNAT']);
      if (finish) {
        await network.changePorts(asked.uid, on(first), signal);
        const published = execFileSync('iptables-save', ['-t', 'nat'], { encoding: 'utf8' });
        assert.match(published, new RegExp(`--dport ${first} -j DNAT`));
        assert.doesNotMatch(published, new RegExp(`--dport ${second} `));
      }
      await network.detach(asked.uid, signal);
    }
  }
  await assertHostIs(before);
});

test('LocalNetwork: what a writer that was killed has left goes with the next VM that does', async () => {
  await using network = await open();
  const [stays, goes] = [request(), request()];
  for (const asked of [stays, goes]) await network.attach(asked, signal);
  const dnsmasq = 'network/dnsmasq/ignite-test-110';
  const drafts = ['network', `${dnsmasq}/names`, `${dnsmasq}/leases`].map((folder) =>
    join(network.dir, folder, '.x.json.5d85e0de.draft'),
  );
  for (const draft of drafts) writeFileSync(draft, '');
  await network.detach(goes.uid, signal);
  assert.deepEqual(drafts.filter(existsSync), []);
});

test('LocalNetwork: a VM whose record cannot be read is told of, and hinders no other', async () => {
  const before = hostState();
  {
    await using network = await open();
    const [first, second] = [await freePort(), await freePort()];
    const [broken, other] = [request(), request({ ports: on(first) })];
    await network.attach(broken, signal);
    const path = join(network.dir, 'network', `${broken.uid}.json`);
    const record = readFileSync(path);
    writeFileSync(path, record.subarray(0, 100));

    network.write('30-p2p.conflist', {
      ...{ cniVersion: '0.4.0', name: 'igtest110-p2p' },
      plugins: [{ type: 'ptp', ipam: { type: 'host-local', subnet: '10.110.2.0/24' } }],
    });
    const pair = request({ interfaces: [eth0({ network: 'igtest110-p2p' })] });
    await network.attach(pair, signal);
    await network.detach(pair.uid, signal);
    assert.ok(!hostState().tables.some((table) => table.includes('veth')));

    await network.attach(other, signal);
    await network.changePorts(other.uid, on(second), signal);
    await network.rename(other.uid, 'renamed', signal);
    await network.detach(other.uid, signal);
    const [told, ...more] = await network.unreadable();
    assert.deepEqual([told?.uid, more], [broken.uid, []]);
    assert.ok(told?.failure.message.includes(path));
    assert.match(told?.failure.hint ?? '', /remove the file/);

    assert.deepEqual(await network.observe(broken.uid), { state: 'partial' });
    await assert.rejects(network.detach(broken.uid, signal), { code: 'NETWORK_RECORD_INVALID' });
    writeFileSync(path, record);
    assert.deepEqual(await network.unreadable(), []);
    assert.equal((await network.observe(broken.uid)).state, 'attached');
  }
  await assertHostIs(before);
});

/** Asserts that the host is as it was. The kernel removes the links of a namespace a little after the namespace itself. */
async function assertHostIs(before: ReturnType<typeof hostState>): Promise<void> {
  for (let tries = 600; tries > 0 && !isDeepStrictEqual(hostState(), before); tries--) await delay(100);
  assert.deepEqual(hostState(), before);
}

const on = (hostPort: number) => [{ hostPort, vmPort: 80, protocol: 'tcp' as const }];

/** Opens a network with a bridge, a range and a folder of its own. It detaches everything when disposed. */
async function open(more: Partial<DefaultNetwork> = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'ignite-network-'));
  chmodSync(dir, 0o711);
  const attached = new Set<string>();
  const network = new LocalNetwork(
    {
      dir: join(dir, 'network'),
      locksDir: join(dir, 'locks'),
      confDir: join(dir, 'cni'),
      fallback: { name: 'ignite-test-110', bridge, subnet: '10.110.0.0/24', ...more },
      env: process.env,
    },
    localRunner,
  );
  return {
    dir,
    /** Adds a CNI network. */
    write: (name: string, list: object) => {
      mkdirSync(join(dir, 'cni'), { recursive: true });
      writeFileSync(join(dir, 'cni', name), JSON.stringify(list));
    },
    /** Changes a record without the network's knowledge, like a kill at the right moment. */
    change: (uid: string, of: (record: AttachmentRecord) => AttachmentRecord) => {
      const path = join(dir, 'network', `${uid}.json`);
      writeFileSync(path, JSON.stringify(of(JSON.parse(readFileSync(path, 'utf8')) as AttachmentRecord)));
    },
    /**
     * Restores the state that Ignite 0.1.0 would have left: records of one address, one dnsmasq, and no
     * record of the bridge.
     */
    asOfVersion010: async () => {
      const of = (name: string): string => join(dir, 'network', name);
      const [old, now] = [of('dnsmasq'), of('dnsmasq/ignite-test-110')];
      await endProcess(Number(readFileSync(join(now, 'dnsmasq.pid'), 'utf8')), signal);
      for (const folder of ['names', 'leases']) mkdirSync(join(old, folder));
      for (const file of readdirSync(of('.')).filter((name) => name.endsWith('.json'))) {
        const record = JSON.parse(readFileSync(of(file), 'utf8')) as AttachmentRecord;
        const { uid, name, ports, interfaces, attachment } = record;
        const { netnsPath, dns, nics } = attachment!;
        const { mac, tap, addresses } = nics[0]!;
        const [address = ''] = addresses;
        writeFileSync(join(old, 'names', uid), `${address.replace(/\/.*/, '')} ${name}\n`);
        writeFileSync(join(old, 'leases', uid), `${mac},${address.replace(/\/.*/, '')},${name},infinite\n`);
        const eth0Only = { list: interfaces[0]?.list, result: interfaces[0]?.result };
        const place = { netnsPath, tap, mac, address, gateway: '10.110.0.1', dns };
        writeFileSync(of(file), JSON.stringify({ uid, name, ports, ...eth0Only, attachment: place }));
      }
      rmSync(now, { recursive: true });
      rmSync(of('bridges'), { recursive: true });
      const files = [
        `--pid-file=${join(old, 'dnsmasq.pid')}`,
        `--dhcp-leasefile=${join(old, 'dnsmasq.leases')}`,
      ];
      const folders = [`--hostsdir=${join(old, 'names')}`, `--dhcp-hostsdir=${join(old, 'leases')}`];
      const range = '--dhcp-range=10.110.0.1,static,255.255.255.0,infinite';
      const on = [
        '--conf-file=/dev/null',
        `--interface=${bridge}`,
        '--except-interface=lo',
        '--bind-dynamic',
      ];
      execFileSync('dnsmasq', [...on, '--no-hosts', ...files, ...folders, range]);
    },
    validate: (asked: AttachRequest) => network.validate(asked),
    changePorts: (...change: Parameters<LocalNetwork['changePorts']>) => network.changePorts(...change),
    rename: (...change: Parameters<LocalNetwork['rename']>) => network.rename(...change),
    admit: (...change: Parameters<LocalNetwork['admit']>) => network.admit(...change),
    examineFirewall: (until: AbortSignal) => network.examineFirewall(until),
    restoreFirewall: (until: AbortSignal) => network.restoreFirewall(until),
    attach: (asked: AttachRequest, until: AbortSignal) => {
      attached.add(asked.uid);
      return network.attach(asked, until);
    },
    detach: (uid: string, until: AbortSignal) => network.detach(uid, until),
    observe: (uid: string) => network.observe(uid),
    unreadable: () => network.unreadable(),
    [Symbol.asyncDispose]: async () => {
      for (const uid of attached) await network.detach(uid, signal);
      rmSync(dir, { recursive: true });
    },
  };
}

const dhcpServers = (dir: string): string =>
  execFileSync('ps', ['-ww', '-eo', 'args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.startsWith('dnsmasq') && line.includes(dir))
    .join('\n');

function hostState() {
  const run = (tool: string, ...args: readonly string[]) => execFileSync(tool, args, { encoding: 'utf8' });
  const own = (line: string): boolean => /ignite|igtest|10\.110\.|fd00:110:|CNI|veth/.test(line);
  const leases = run(
    'find',
    '/var/lib/cni',
    '-path',
    '*igtest110*/[1f]*',
    '-o',
    '-path',
    '*ignite-test-110/[1f]*',
  );
  return {
    links: run('ip', '-o', 'link').split('\n').filter(own),
    namespaces: run('ip', 'netns').split('\n').filter(own),
    tables: run('nft', 'list', 'tables').split('\n').filter(own),
    rules: ['iptables-save', 'ip6tables-save'].flatMap((tool) => run(tool).split('\n').filter(own)),
    leases: leases.split('\n'),
    dnsmasq: run('ps', '-eo', 'args')
      .split('\n')
      .filter((line) => line.startsWith('dnsmasq') && line.includes('ignite-network-')),
    mounts: readFileSync('/proc/self/mounts', 'utf8').split('\n').filter(own),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '0.0.0.0');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
