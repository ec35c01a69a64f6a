import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { BusyboxHost } from './fixtures/busybox.ts';
import { freePort } from './fixtures/registry.ts';

/** Two guests boot slowly on a busy host. */
const patienceMs = 400_000;
const lan = { netns: 'igtest188', host: '198.51.188.1', address: '198.51.188.2' } as const;
const ip = (words: string): string => execFileSync('ip', words.split(' '), { encoding: 'utf8' });

let host: BusyboxHost;
let port: number;
let victim: string;
let secret: Server;

before(async () => {
  secret = createServer((_, answer) => answer.end('secret')).listen(0, '127.0.0.1');
  await once(secret, 'listening');
  host = await BusyboxHost.open(188);
  port = await freePort();
  openLan();
  const served = 'mkdir /www; echo victim >/www/index.html; httpd -p 7777 -h /www; httpd -f -p 80 -h /www';
  await host.run('victim', served, '-p', `${port}:80`);
  [victim = ''] = JSON.parse(await host.ignite.ok('inspect', 'victim')).status.network.ipAddresses;
  await until('the victim serves', async () => fetched(undefined, `http://${victim}:7777/`) !== undefined);
});
after(async () => {
  secret.close();
  ip(`netns delete ${lan.netns}`);
  await host[Symbol.asyncDispose]();
});

test('root of a guest reaches neither the loopback of its host nor takes the address of another', async () => {
  const { port: hidden } = secret.address() as AddressInfo;
  const gateway = '10.188.0.1';
  const script = [
    ...[
      'own=$(ip -o -4 address show dev eth0 | sed "s/.*inet //; s,/.*,,")',
      'ip address del 127.0.0.1/8 dev lo',
    ],
    ...[
      'echo 1 >/proc/sys/net/ipv4/conf/all/route_localnet',
      `ip route add 127.0.0.0/8 via ${gateway} src $own`,
    ],
    `timeout 5 wget -qO- http://127.0.0.1:${hidden}/ && echo LOOPBACK IS OPEN`,
    ...[`ip route del 127.0.0.0/8 via ${gateway}`, 'echo LOOKED'],
    `until timeout 30 wget -qO- http://${victim}:7777/; do sleep 1; done`,
    `until timeout 30 wget -qO- http://${lan.host}:${port}/; do sleep 1; done`,
    `until nslookup victim | grep 'Address.*: ${victim}'; do sleep 1; done`,
    ...['mkdir /www', 'echo thief >/www/index.html', 'httpd -p 80 -h /www'],
    ...[victim, gateway].flatMap((address) => [
      `ip address add ${address}/32 dev eth0`,
      `arping -U -c 3 -w 3 -I eth0 -s ${address} ${address}`,
    ]),
    ...['echo ATTACKED', 'sleep 10000'],
  ].join('\n');
  await host.run('attacker', script);
  const logged = (): Promise<string> => host.ignite.ok('logs', 'attacker');
  await until('it attacks', async () => /ATTACKED/.test(await logged()));
  const log = await logged();
  assert.match(log, /LOOKED/);
  assert.doesNotMatch(log, /secret|OPEN/);
  assert.equal(log.match(/^victim\r?$/gm)?.length, 2, `VMs and published ports are reached: ${log}`);
  assert.match(log, new RegExp(`Address.*: ${victim.replaceAll('.', '\\.')}`));
  for (const from of [undefined, lan.netns])
    assert.equal(served(from, `http://${lan.host}:${port}/`), 'victim\n', from ?? 'the host');
  assert.equal(served(undefined, `http://${victim}/`), 'victim\n');
});

test('other machines reach what is published, and more where a policy says so, at once', async () => {
  const unpublished = `http://${victim}:7777/`;
  assert.equal(fetched(lan.netns, unpublished), undefined);
  assert.match(await host.ignite.ok('doctor'), /packet filters: in place/);
  const { apiVersion, kind, spec } = JSON.parse(await host.ignite.ok('inspect', 'victim'));
  const manifest = join(host.ignite.dir, 'victim.json');
  const declare = async (policy?: object): Promise<string> => {
    const network = { ...spec.network, ...(policy && { policy }) };
    writeFileSync(
      manifest,
      JSON.stringify({ apiVersion, kind, metadata: { name: 'victim' }, spec: { ...spec, network } }),
    );
    return await host.ignite.ok('apply', '-f', manifest);
  };
  const ingress = [{ from: [{ cidr: `${lan.address}/32` }], ports: [{ port: 7777 }] }];
  assert.match(await declare({ ingress }), /changed live/);
  assert.equal(served(lan.netns, unpublished), 'victim\n');
  assert.equal(fetched(lan.netns, `http://${victim}/`), undefined);
  assert.equal(served(lan.netns, `http://${lan.host}:${port}/`), 'victim\n');
  assert.match(await declare(), /changed live/);
  assert.equal(fetched(lan.netns, unpublished), undefined);
});

test('doctor --fix and start put back packet filters that someone took away', async () => {
  const table = ['inet', `ignite-${host.ignite.bridge}`];
  for (const put of [
    ['doctor', '--fix'],
    ['start', 'victim'],
  ]) {
    execFileSync('nft', ['delete', 'table', ...table]);
    assert.equal(served(lan.netns, `http://${victim}:7777/`), 'victim\n', 'the test reaches the VM');
    assert.match(
      (await host.ignite.run('doctor')).stdout,
      new RegExp(`those of ${host.ignite.bridge} are missing`),
    );
    await host.ignite.run(...put);
    assert.equal(fetched(lan.netns, `http://${victim}:7777/`), undefined, put.join(' '));
  }
});

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await delay(500))
    if (await isSo()) return;
  const logs = ['victim', 'attacker'].map(async (name) => (await host.ignite.run('logs', name)).stdout);
  throw new Error(`never: ${what}; ${(await Promise.all(logs)).join('\n')}`);
}

/** Returns the response that a machine gets, or `undefined` if there is none for a while. */
function fetched(netns: string | undefined, url: string, seconds = 5): string | undefined {
  const place = netns === undefined ? [] : ['ip', 'netns', 'exec', netns];
  const [tool, ...args] = [...place, 'curl', '-s', '-m', String(seconds), url];
  const { status, stdout } = spawnSync(tool, args, { encoding: 'utf8' });
  return status === 0 ? stdout : undefined;
}

/** The same of a server that a machine is to reach, which may be slow on a busy host. */
const served = (netns: string | undefined, url: string): string | undefined => fetched(netns, url, 100);

/** Creates a neighbour of this host that has found out how to route to VMs. */
function openLan(): void {
  ip(`netns add ${lan.netns}`);
  ip(`link add igtest188l type veth peer name eth0 netns ${lan.netns}`);
  ip(`address add ${lan.host}/24 dev igtest188l`);
  ip('link set igtest188l up');
  ip(`-n ${lan.netns} address add ${lan.address}/24 dev eth0`);
  ip(`-n ${lan.netns} link set eth0 up`);
  ip(`-n ${lan.netns} route add 10.188.0.0/16 via ${lan.host}`);
}
