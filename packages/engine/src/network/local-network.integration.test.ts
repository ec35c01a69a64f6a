import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { newUid } from '@ignite/toolkit/object/uid';
import { localRunner } from '@ignite/toolkit/process/local-runner';
import type { AttachmentRecord } from './attachment-record.ts';
import { removeMasquerade } from './cni-chains.ts';
import { LocalNetwork } from './local-network.ts';
import { netnsName } from './netns.ts';
import { testNetworkContract } from './network.contract.ts';

const signal = AbortSignal.timeout(120_000);
const bridge = 'igtest110';

testNetworkContract('LocalNetwork', open, freePort);

test('LocalNetwork: the last VM to go takes bridge, DNS server, rules and leases along', async () => {
  const before = hostState();
  {
    await using network = await open();
    for (let count = 0; count < 2; count += 1) await network.attach(request(), signal);
    assert.notDeepEqual(hostState(), before);
  }
  assert.deepEqual(hostState(), before);
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
    const address = first.address.split('/')[0]!;
    const second = await network.attach({ ...asked, address }, signal);
    assert.equal(second.address, first.address);
  }
  assert.deepEqual(hostState(), before);
});

test('LocalNetwork: an attachment that was cut short before its masquerading was made can be undone', async () => {
  const before = hostState();
  {
    await using network = await open();
    const asked = request();
    await network.attach(asked, signal);
    await removeMasquerade('ignite-test-110', `ignite-${asked.uid}`, localRunner, signal);
    const record = join(network.dir, 'network', `${asked.uid}.json`);
    const { attachment: _attachment, ...cutShort } = JSON.parse(
      readFileSync(record, 'utf8'),
    ) as AttachmentRecord;
    writeFileSync(record, JSON.stringify(cutShort));
    await network.detach(asked.uid, signal);
  }
  assert.deepEqual(hostState(), before);
});

test("LocalNetwork: the guest's MAC is neither the namespace's nor the bridge's, and the tap is the VMM user's", async () => {
  await using network = await open();
  const asked = request();
  const { mac, tap } = await network.attach(asked, signal);
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

const request = () => ({ uid: newUid(), name: 'vm', ports: [], vmmUid: 0x70000001 });

/** On a bridge, a range and a folder of its own; detaches everything when disposed. */
async function open() {
  const dir = mkdtempSync(join(tmpdir(), 'ignite-network-'));
  chmodSync(dir, 0o711);
  const attached = new Set<string>();
  const network = new LocalNetwork(
    {
      dir: join(dir, 'network'),
      locksDir: join(dir, 'locks'),
      confDir: join(dir, 'cni'),
      fallback: { name: 'ignite-test-110', bridge, subnet: '10.110.0.0/24' },
      env: process.env,
    },
    localRunner,
  );
  return {
    dir,
    attach: (asked: Parameters<LocalNetwork['attach']>[0], until: AbortSignal) => {
      attached.add(asked.uid);
      return network.attach(asked, until);
    },
    detach: (uid: string, until: AbortSignal) => network.detach(uid, until),
    observe: (uid: string) => network.observe(uid),
    [Symbol.asyncDispose]: async () => {
      for (const uid of attached) await network.detach(uid, signal);
      rmSync(dir, { recursive: true });
    },
  };
}

function hostState(): object {
  const run = (tool: string, ...args: readonly string[]) => execFileSync(tool, args, { encoding: 'utf8' });
  const own = (line: string): boolean => /ignite|igtest|10\.110\.|CNI|veth/.test(line);
  const leases = run('find', '/var/lib/cni/networks', '-path', '*ignite-test-110/1*');
  return {
    links: run('ip', '-o', 'link').split('\n').filter(own),
    namespaces: run('ip', 'netns').split('\n').filter(own),
    rules: run('iptables-save').split('\n').filter(own),
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
