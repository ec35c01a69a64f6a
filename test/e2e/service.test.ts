import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, get } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { apiVersion } from '@ignite/api/v1/group';
import { kubeconfigPath } from '@ignite/engine/tools/host/paths';
import { HttpObjectClient } from '@ignite/toolkit/client/over-http/http-object-client';
import { readKubeconfig } from '@ignite/toolkit/client/over-http/kubeconfig';
import { until } from '@ignite/toolkit/clock/until.sample';
import { Ignite, type Started } from './fixtures/ignite.ts';
import { watchLeaks } from './fixtures/leaks.ts';

const configMaps = { group: '', version: 'v1', resource: 'configmaps' };
const vms = { group: 'ignite.weave.works', version: 'v1', resource: 'vms' };
const socketActivate = '/usr/bin/systemd-socket-activate';

let leaks: AsyncDisposable;
let ignite: Ignite;
before(async () => {
  leaks = watchLeaks();
  ignite = await Ignite.open(214);
});
const services: Started[] = [];
after(async () => {
  for (const service of services) service.kill();
  await ignite[Symbol.asyncDispose]();
  await leaks[Symbol.asyncDispose]();
});

/** Starts ignited with its API at an address, and returns what asks it as its administrator. */
async function serve(): Promise<{ readonly service: Started; readonly client: HttpObjectClient }> {
  const kubeconfig = kubeconfigPath(ignite.paths);
  rmSync(kubeconfig, { force: true }); // what was killed has left it
  const service = ignite.start(['gitops', '--api', '--api-address', '127.0.0.1:0']);
  services.push(service);
  await until('the API is served', () => existsSync(kubeconfig));
  return { service, client: new HttpObjectClient(await readKubeconfig(kubeconfig)) };
}

const numbered = (n: number) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: `n${n}`, namespace: 'default' },
});

async function asked(path: string): Promise<string> {
  const request = get({ socketPath: join(ignite.paths.runDir, 'api.sock'), path });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return await text(response);
}

test('ignited that is killed loses no write that it has acknowledged, and watches go on from where they were', async () => {
  const first = await serve();
  const spec = { image: { oci: 'localhost:1/none' }, cpus: 1, power: 'Stopped' };
  const vm = { apiVersion, kind: 'VM', metadata: { name: 'kept', namespace: 'default' }, spec };
  const made = await first.client.create(vms, vm);
  const { resourceVersion: from } = await first.client.list(configMaps);
  const seen: string[] = [];
  let seenTo = from;
  const gone = new AbortController();
  const watched = (async () => {
    for await (const event of first.client.watch(configMaps, {
      resourceVersion: from,
      signal: gone.signal,
    })) {
      if (event.type === 'BOOKMARK') continue;
      seen.push(event.object.metadata.name);
      seenTo = event.object.metadata.resourceVersion;
    }
  })().catch(() => {}); // it ends with the connection
  await first.client.create(configMaps, numbered(0));
  await until('the watch tells of changes', () => seen.length > 0);
  const acknowledged = new Set<string>();
  let next = 0;
  const write = async (): Promise<void> => {
    while (next < 1_000) {
      const object = numbered((next += 1));
      if (next === 500) first.service.kill();
      await first.client.create(configMaps, object);
      acknowledged.add(object.metadata.name);
    }
  };
  await Promise.allSettled(Array.from({ length: 4 }, write));
  await first.service.ended;
  gone.abort();
  await watched;
  assert.ok(acknowledged.size > 0 && acknowledged.size < 1_000, `${acknowledged.size} were acknowledged`);

  const second = await serve();
  const { items, resourceVersion } = await second.client.list(configMaps);
  const kept = items.map(({ metadata }) => metadata.name).filter((name) => name.startsWith('n'));
  assert.deepEqual(
    [...acknowledged].filter((name) => !kept.includes(name)),
    [],
    'each write that was acknowledged is there',
  );
  const isAllSeen = (): boolean => kept.every((name) => seen.includes(name));
  const stop = new AbortController();
  const rest = second.client.watch(configMaps, { resourceVersion: seenTo, signal: stop.signal });
  if (!isAllSeen())
    for await (const event of rest) {
      if (event.type !== 'BOOKMARK') seen.push(event.object.metadata.name);
      if (isAllSeen() || event.type === 'BOOKMARK') break;
    }
  assert.deepEqual(
    seen.filter((name) => name.startsWith('n')).toSorted(),
    kept.toSorted(),
    'each is told of once',
  );
  assert.ok(Number(resourceVersion) >= Number(seenTo));
  const same = await second.client.get({ ...vms, namespace: 'default', name: 'kept' });
  assert.deepEqual(
    [same.metadata.uid, same['spec']],
    [made.metadata.uid, made['spec']],
    'the VM is as it was',
  );
  await second.client.delete({ ...vms, namespace: 'default', name: 'kept' });
  second.service.terminate();
  assert.equal((await second.service.ended).code, 0);
});

test('ignited reads its configuration again on SIGHUP, and one that is wrong changes nothing', async () => {
  const config = join(ignite.dir, 'ignited.yaml');
  const configure = (level: string, more = ''): void =>
    writeFileSync(
      config,
      `apiVersion: ${apiVersion}\nkind: IgnitedConfiguration\napi: {enabled: true}\nlog: {level: ${level}}\n${more}`,
    );
  configure('info');
  const service = ignite.start(['gitops', '--config', config]);
  services.push(service);
  await until('the API is ready', async () => (await asked('/readyz').catch(() => '')) === 'ok');
  const said = (words: RegExp) => () => words.test(service.told());
  configure('debug', 'nodeLabels: {zone: a}\n');
  service.hangUp();
  await until('it has read it', said(/"the configuration was read again","changed":"log-level"/));
  await until('it tells of the rest', said(/"some settings hold after a restart","settings":"node-label"/));
  configure('debug', 'colour: red\n');
  service.hangUp();
  await until('it refuses it', said(/"the configuration was not read again".*unknown field/));
  assert.equal(await asked('/readyz'), 'ok');
  service.terminate();
  assert.equal((await service.ended).code, 0);
  const wrong = await ignite.run('gitops', '--config', config);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /^error: .*ignited\.yaml:5:1: unknown field "colour"\nhint: /);
});

test(
  'ignited serves its API at the socket that systemd has opened for it, and leaves it',
  { skip: !existsSync(socketActivate) && 'there is no systemd-socket-activate' },
  async () => {
    const unit = await ignite.ok('install-service', '--api', '--dry-run');
    const [, command = ''] = /^ExecStart=(.*ignited.*)$/m.exec(unit) ?? [];
    assert.match(unit, /^ListenStream=.*\/run\/api\.sock$/m);
    const socket = join(ignite.dir, 'activated.sock');
    const child = spawn(socketActivate, ['--listen', socket, ...command.split(' ')], {
      env: ignite.env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    try {
      await until('it listens', () => existsSync(socket));
      // Who comes first waits until ignited has started.
      const [response] = (await once(get({ socketPath: socket, path: '/readyz' }), 'response')) as [
        IncomingMessage,
      ];
      assert.equal(await text(response), 'ok');
    } finally {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    assert.ok(existsSync(socket), 'it is not ours to remove');
  },
);
