import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { uidForm } from '@ignite/api/v1/is-uid';
import { localRunner } from '@ignite/toolkit/process/local-runner';
import type { Runner } from '@ignite/toolkit/process/runner';
import { netnsName } from './link/netns.ts';
import { attachRequest, eth0 } from './network.contract.ts';
import type { AttachRequest, Attachment } from './network.ts';
import { RoutedNetwork } from './routed-network.ts';

const signal = new AbortController().signal;
const bridge = 'igtest60';
const same = '10.60.0.7';
const isLong = process.env['IGNITE_LONG_STORIES'] !== undefined;

test('RoutedNetwork: VMs behind routers have the same address as one of the host, and are apart from each other', async () => {
  const before = hostState();
  {
    await using network = await open();
    const [plain, one, two] = await Promise.all([
      network.attach(programs(), signal),
      network.attach(programs({ router: 'one' }), signal),
      network.attach(programs({ router: 'two' }), signal),
    ]);
    for (const { nics } of [plain, one, two]) assert.deepEqual(nics[0]?.addresses, [`${same}/24`]);
    assert.equal(plain.reachedAt, undefined);
    const [atOne, atTwo] = [reachedAt(one), reachedAt(two)];
    assert.deepEqual([atOne, atTwo].toSorted(), ['10.60.1.7', '10.60.2.7']);

    const servers = [
      [plain, same],
      [one, atOne],
      [two, atTwo],
    ] as const;
    for (const [at, { netnsPath }] of [plain, one, two].entries()) serve(netnsPath, `server ${at}`);
    for (const [at, [, address]] of servers.entries()) assert.equal(said(address), `server ${at}`);

    // What leaves a router comes back; what is behind another one, or behind one at all, is reached by the host only.
    assert.ok(pings(one.netnsPath, hostEnd(atOne), 60), 'the host from behind a router');
    assert.ok(pings(one.netnsPath, '10.60.0.1', 60), 'the gateway inside');
    assert.ok(!pings(one.netnsPath, atTwo, 1), 'what is behind another router');
    assert.ok(!pings(plain.netnsPath, atOne, 1), 'what is behind a router, from a VM of the host');

    const friend = await network.attach(
      programs({ router: 'one', interfaces: [eth0({ addresses: ['10.60.0.8'] })] }),
      signal,
    );
    assert.equal(friend.reachedAt?.[0], atOne.replace(/7$/, '8'));
    assert.ok(pings(friend.netnsPath, same, 60), 'the neighbour behind the same router');
    assert.ok(!pings(friend.netnsPath, atOne, 1), 'the neighbour at the address that is for the host');
  }
  assert.deepEqual(hostState(), before);
});

test('RoutedNetwork: a guest behind a router has tap, filters and DNS, and the last one takes the router along', async () => {
  const before = hostState();
  {
    await using network = await open();
    const [first, second] = [attachRequest({ router: 'one' }), attachRequest({ router: 'one' })];
    const attachment = await network.attach(first, signal);
    assert.deepEqual(attachment.dns, ['10.60.0.1']);
    assert.equal(attachment.nics[0]?.tap, 'tap0');
    assert.deepEqual(await network.attach(first, signal), attachment);
    assert.deepEqual(await network.observe(first.uid), { state: 'attached', attachment });
    await network.attach(second, signal);
    assert.deepEqual(await network.examineFirewall(signal), []);
    const inRouter = ['netns', 'exec', netnsName('router-one')];
    execFileSync('ip', [...inRouter, 'nft', 'flush', 'table', 'inet', `ignite-${bridge}`]);
    assert.deepEqual(await network.examineFirewall(signal), [{ of: { device: bridge }, state: 'altered' }]);
    await network.restoreFirewall(signal);
    assert.deepEqual(await network.examineFirewall(signal), []);

    const taken = attachRequest({
      router: 'one',
      interfaces: [eth0({ addresses: [address(attachment)] })],
    });
    await assert.rejects(network.validate(taken), { code: 'ADDRESS_TAKEN' });
    await network.validate({ ...taken, router: 'two' });
    const elsewhere = attachRequest({ router: 'one', interfaces: [eth0({ network: 'lan' })] });
    await assert.rejects(network.validate(elsewhere), { code: 'ROUTER_UNSUPPORTED' });

    await network.detach(first.uid, signal);
    assert.equal((await network.observe(second.uid)).state, 'attached');
    await network.detach(second.uid, signal);
    assert.deepEqual(await network.observe(second.uid), { state: 'absent' });
    assert.deepEqual(readdirSync(join(network.dir, 'network', 'routers')), []);
  }
  assert.deepEqual(hostState(), before);
});

test('RoutedNetwork: a VM moves behind a router and back, and its network must be one that can be there', async () => {
  const before = hostState();
  {
    await using network = await open();
    const asked = programs();
    await network.attach(asked, signal);
    await network.attach({ ...asked, router: 'one' }, signal);
    assert.notEqual(reachedAt(await observed(network, asked.uid)), undefined);
    await network.attach(asked, signal);
    assert.equal((await observed(network, asked.uid)).reachedAt, undefined);

    network.write('lan.conflist', { type: 'macvlan', master: 'lo', ipam: { type: 'dhcp' } });
    const unfit = attachRequest({ router: 'one', interfaces: [eth0({ network: 'lan' })] });
    await assert.rejects(network.validate(unfit), { code: 'ROUTER_UNSUPPORTED' });
    await assert.rejects(network.attach(unfit, signal), { code: 'ROUTER_UNSUPPORTED' });
    network.write('all.conflist', {
      type: 'bridge',
      bridge: 'igtest60b',
      ipam: { type: 'host-local', subnet: '10.60.0.0/17', rangeStart: '10.60.0.99' },
    });
    await assert.rejects(network.attach(attachRequest({ router: 'one' }), signal), {
      code: 'ROUTER_SUBNETS_TAKEN',
    });
  }
  assert.deepEqual(hostState(), before);
});

test('RoutedNetwork: what a reboot took is put back, and what a kill has left half-made is taken away', async () => {
  const before = hostState();
  {
    await using network = await open();
    const asked = programs({ router: 'one' });
    const first = await network.attach(asked, signal);
    loseNamespaces('one', first, [asked.uid]);
    assert.deepEqual(await network.observe(asked.uid), { state: 'partial' });
    const second = await network.attach(asked, signal);
    assert.deepEqual([address(second), second.reachedAt], [address(first), first.reachedAt]);
    serve(second.netnsPath, 'again');
    assert.equal(said(reachedAt(second)), 'again');
    await endServers();
    await network.detach(asked.uid, signal);

    const routers = join(network.dir, 'network', 'routers');
    mkdirSync(join(routers, 'one', 'members'), { recursive: true });
    writeFileSync(join(routers, 'one', 'members', asked.uid), '');
    assert.deepEqual(await network.observe(asked.uid), { state: 'partial' }, 'a member of nothing');
    await network.detach(asked.uid, signal);
    assert.deepEqual(readdirSync(routers), []);
  }
  assert.deepEqual(hostState(), before);
});

test('RoutedNetwork: attaching and detaching may end after any tool, and can be done again', async () => {
  const before = hostState();
  {
    await using network = await open();
    const asked = programs({ router: 'one' });
    for (let step = 1; ; step += isLong ? 1 : 7) {
      const cut = await open({ dir: network.dir, endsAfter: step });
      if (await isDone(cut.attach(asked, signal))) break;
      assert.notEqual((await network.observe(asked.uid)).state, 'attached');
      if (step % 3 === 0) await network.attach(asked, signal);
      await network.detach(asked.uid, signal);
      assert.deepEqual(await network.observe(asked.uid), { state: 'absent' }, `after ${step} tools`);
      assert.deepEqual(hostState(), before, `after ${step} tools`);
    }
    for (let step = 1; ; step += isLong ? 1 : 2) {
      await network.attach(asked, signal);
      const cut = await open({ dir: network.dir, endsAfter: step });
      if (await isDone(cut.detach(asked.uid, signal))) break;
      await network.restoreFirewall(signal);
      if (step % 3 === 0) await network.attach(asked, signal);
      await network.detach(asked.uid, signal);
      assert.deepEqual(hostState(), before, `after ${step} tools`);
    }
  }
  assert.deepEqual(hostState(), before);
});

test('RoutedNetwork: VMs whose router has lost its link to the host can be stopped, and no other joins them', async () => {
  const before = hostState();
  {
    await using network = await open();
    const asked = programs({ router: 'one' });
    const joining = attachRequest({ router: 'one' });
    await network.attach(asked, signal);
    execFileSync('ip', ['-netns', netnsName('router-one'), 'link', 'delete', 'eth0']);
    await assert.rejects(network.attach(joining, signal), { code: 'ROUTER_UNSUPPORTED' });
    await network.restoreFirewall(signal);
    await network.detach(asked.uid, signal);
    await network.attach(joining, signal);
    await network.attach(asked, signal);
  }
  assert.deepEqual(hostState(), before);
});

test('RoutedNetwork: a router that was down leaves the subnet to a network of the host that has it now', async () => {
  const before = hostState();
  {
    await using network = await open();
    const asked = programs({ router: 'one' });
    const neighbour = programs({ router: 'one', interfaces: [eth0({ addresses: ['10.60.0.8'] })] });
    const first = await network.attach(asked, signal);
    await network.attach(neighbour, signal);
    loseNamespaces('one', first, [asked.uid, neighbour.uid]);
    const other = 'igtest60c';
    execFileSync('ip', ['link', 'add', other, 'type', 'bridge']);
    execFileSync('ip', ['address', 'add', '10.60.1.1/24', 'dev', other]);
    execFileSync('ip', ['link', 'set', other, 'up']);
    const routes = (): string =>
      execFileSync('ip', ['route', 'show', 'root', '10.60.1.0/24'], { encoding: 'utf8' });
    const routeOfOther = routes();
    assert.match(routeOfOther, /^10\.60\.1\.0\/24 dev igtest60c [^\n]+\n$/);

    await network.detach(asked.uid, signal);
    assert.equal(routes(), routeOfOther);
    assert.equal(reachedAt(await network.attach(asked, signal)), '10.60.2.7');
    assert.equal(reachedAt(await network.attach(neighbour, signal)), '10.60.2.8');
    assert.equal(routes(), routeOfOther);
    execFileSync('ip', ['link', 'delete', other]);
  }
  assert.deepEqual(hostState(), before);
});

test('RoutedNetwork: a router keeps off the subnet of the default network, be it used yet or not', async () => {
  const before = hostState();
  {
    await using network = await open();
    const ipam = { type: 'host-local', subnet: '10.59.255.0/24' };
    network.write('lan.conflist', { type: 'bridge', bridge: 'igtest60b', isGateway: true, ipam });
    const lan = eth0({ network: 'lan', addresses: ['10.59.255.7'] });
    const asked = programs({ router: 'one', interfaces: [lan] });
    assert.equal(reachedAt(await network.attach(asked, signal)), '10.60.1.7');
    const last = eth0({ network: 'lan', addresses: ['10.59.255.254'] });
    await assert.rejects(network.attach(programs({ router: 'one', interfaces: [last] }), signal), {
      code: 'ADDRESS_INVALID',
    });
  }
  assert.deepEqual(hostState(), before);
});

test('RoutedNetwork: a note that cannot be read affects only its router, and empty folders go', async () => {
  const before = hostState();
  {
    await using network = await open();
    const [asked, other, plain] = [attachRequest({ router: 'one' }), programs({ router: 'two' }), programs()];
    await network.attach(asked, signal);
    const routers = join(network.dir, 'network', 'routers');
    writeFileSync(join(routers, 'one', 'router.json'), 'x');
    const unreadable = (await network.unreadable()).map(({ uid, failure }) => [uid, failure.code]);
    assert.deepEqual(unreadable, [[asked.uid, 'NETWORK_RECORD_INVALID']]);
    assert.deepEqual(await network.observe(asked.uid), { state: 'partial' });
    const joining = network.attach(attachRequest({ router: 'one' }), signal);
    await assert.rejects(joining, { code: 'NETWORK_RECORD_INVALID' });

    await network.attach(plain, signal);
    mkdirSync(join(routers, 'left'));
    mkdirSync(join(routers, 'older', 'members'), { recursive: true });
    await network.attach(other, signal);
    assert.deepEqual(readdirSync(routers).toSorted(), ['one', 'two']);
    assert.deepEqual(await network.examineFirewall(signal), []);
    await network.restoreFirewall(signal);
    await network.detach(asked.uid, signal);
    assert.deepEqual(readdirSync(routers), ['two']);
  }
  assert.deepEqual(hostState(), before);
});

/** Takes a router from VMs, as a reboot does. The kernel alone would remove its device of the host some time after the namespace. */
function loseNamespaces(router: string, behind: Attachment, uids: readonly string[]): void {
  const route = execFileSync('ip', ['route', 'get', reachedAt(behind)], { encoding: 'utf8' });
  execFileSync('ip', ['link', 'delete', /dev (\S+)/.exec(route)?.[1] ?? '']);
  for (const name of [`router-${router}`, ...uids]) execFileSync('ip', ['netns', 'delete', netnsName(name)]);
}

/** Tells whether something came to its end, and was not cut short. */
async function isDone(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (failure) {
    assert.match(String(failure), /cut short/);
    return false;
  }
}

/** A request of programs of the host, which have an address of their own as a guest has. */
function programs(more: Partial<AttachRequest> = {}): AttachRequest {
  const { vmmUid: _user, ...asked } = attachRequest({
    interfaces: [eth0({ addresses: [same] })],
    ...more,
  });
  return asked;
}

const address = ({ nics }: Attachment): string => nics[0]?.addresses[0]?.replace(/\/.*/, '') ?? '';
const reachedAt = (attachment: Attachment): string => attachment.reachedAt?.[0] ?? '';
/** The address of the host on the link to a router. */
const hostEnd = (outside: string): string => outside.replace(/\d+$/, '254');

async function observed(network: RoutedNetwork, uid: string): Promise<Attachment> {
  const found = await network.observe(uid);
  assert.equal(found.state, 'attached');
  return found.state === 'attached' ? found.attachment : assert.fail();
}

/** Tells whether an address answers. What is not to answer is not waited for, since nothing would come. */
function pings(netnsPath: string, to: string, waitSeconds: number): boolean {
  const ping = ['busybox', 'ping', '-c', '1', '-W', String(waitSeconds), to];
  return spawnSync('nsenter', [`--net=${netnsPath}`, ...ping], { stdio: 'ignore' }).status === 0;
}

const servers: ChildProcess[] = [];

/** Has a server answer with a text at port 8080 in a namespace. */
function serve(netnsPath: string, text: string): void {
  const home = mkdtempSync(join(tmpdir(), 'ignite-routed-'));
  writeFileSync(join(home, 'index.html'), text);
  const server = ['busybox', 'httpd', '-f', '-p', '8080', '-h', home];
  servers.push(spawn('nsenter', [`--net=${netnsPath}`, ...server], { stdio: 'ignore' }));
}

/** Ends all servers, which keep their namespaces from going. */
async function endServers(): Promise<void> {
  for (const server of servers.splice(0)) {
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
  }
}

/** Returns what the server at an address answers, once it listens. */
function said(at: string): string {
  const patience = ['-m', '60', '--retry', '60', '--retry-delay', '1', '--retry-connrefused'];
  return execFileSync('curl', ['-s', ...patience, `http://${at}:8080/`], { encoding: 'utf8' });
}

interface Opening {
  readonly dir?: string;
  /** The number of tools that run before this process is as good as killed. */
  readonly endsAfter?: number;
}

/** Opens networks in a folder of their own. The first one detaches everything when disposed. */
async function open({ dir = newDir(), endsAfter = Infinity }: Opening = {}) {
  let runs = 0;
  const runner: Runner = {
    run: async (command, until) => {
      runs += 1;
      if (runs > endsAfter) throw new Error('cut short');
      return await localRunner.run(command, until);
    },
  };
  const options = {
    dir: join(dir, 'network'),
    locksDir: join(dir, 'locks'),
    confDir: join(dir, 'cni'),
    fallback: { name: 'ignite-test-60', bridge, subnet: '10.60.0.0/24' },
    env: process.env,
  };
  const network = new RoutedNetwork(options, runner);
  return await Promise.resolve(
    Object.assign(network, {
      dir,
      /** Adds a CNI network of one plugin. */
      write: (name: string, plugin: object) => {
        mkdirSync(options.confDir, { recursive: true });
        const list = { cniVersion: '0.4.0', name: name.replace(/\..*/, ''), plugins: [plugin] };
        writeFileSync(join(options.confDir, name), JSON.stringify(list));
      },
      [Symbol.asyncDispose]: async () => {
        await endServers();
        const records = readdirSync(options.dir, { recursive: true, encoding: 'utf8' });
        const uids = records.flatMap(
          (path) => /^(?:routers\/[^/]+\/members\/)?([^/]+?)(?:\.json)?$/.exec(path)?.[1] ?? [],
        );
        for (const uid of uids.filter((each) => uidForm.test(each))) await network.detach(uid, signal);
        rmSync(dir, { recursive: true });
      },
    }),
  );
}

function newDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'ignite-routed-'));
  chmodSync(dir, 0o711);
  return dir;
}

function hostState() {
  const run = (tool: string, ...args: readonly string[]) => execFileSync(tool, args, { encoding: 'utf8' });
  const own = (line: string): boolean => /ignite|igtest60|10\.60\.|CNI|veth/.test(line);
  return {
    links: run('ip', '-o', 'link').split('\n').filter(own),
    routes: run('ip', '-4', 'route', 'show', 'table', 'all').split('\n').filter(own),
    namespaces: run('ip', 'netns').split('\n').filter(own),
    tables: run('nft', 'list', 'tables').split('\n').filter(own),
    rules: ['iptables-save', 'ip6tables-save'].flatMap((tool) => run(tool).split('\n').filter(own)),
    dnsmasq: run('ps', '-eo', 'args')
      .split('\n')
      .filter((line) => line.startsWith('dnsmasq') && line.includes('ignite-routed-')),
    mounts: readFileSync('/proc/self/mounts', 'utf8').split('\n').filter(own),
  };
}
