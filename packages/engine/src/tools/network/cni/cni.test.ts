import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { localRunner } from '@ignite/toolkit/process/local-runner';
import { Cni } from './cni.ts';
import type { ConfList } from './conf-list.ts';

const dir = mkdtempSync(join(tmpdir(), 'cni-'));
after(() => rmSync(dir, { recursive: true }));
const signal = new AbortController().signal;

/** Creates a plugin, which is any program that follows the CNI spec. It records what it is asked. */
function plugin(name: string, script: string): void {
  writeFileSync(
    join(dir, name),
    `#!/bin/sh\n{ env | grep ^CNI_ | sort; cat; echo; } >>${dir}/said\n${script}\n`,
  );
  chmodSync(join(dir, name), 0o755);
}
plugin('first', `[ $CNI_COMMAND = DEL ] || echo '{"cniVersion":"0.4.0","ips":[{"address":"10.1.0.2/16"}]}'`);
plugin('second', `[ $CNI_COMMAND = DEL ] || echo '{"ips":[{"address":"10.1.0.2/16","gateway":"10.1.0.1"}]}'`);
plugin('broken', `echo '{"code":7,"msg":"no addresses left","details":"in 10.1.0.0/16"}'; exit 1`);

const list = (...plugins: ConfList['plugins']): ConfList => ({ cniVersion: '0.4.0', name: 'net', plugins });
const cni = new Cni(localRunner, { CNI_PATH: dir });
const attachment = {
  containerId: 'ignite-x',
  netnsPath: '/run/netns/x',
  ifName: 'eth0',
  ports: [{ hostPort: 8080, vmPort: 80, protocol: 'tcp', bindAddress: '127.0.0.1' }],
} as const;

function said(): readonly string[] {
  const lines = readFileSync(join(dir, 'said'), 'utf8').split('\n').filter(Boolean);
  writeFileSync(join(dir, 'said'), '');
  return lines;
}
const configs = (lines: readonly string[]) =>
  lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Record<string, unknown>);

const results: object[] = [];
const onResult = async (result: object): Promise<void> => void results.push(result);

test('Cni.add: the plugins run in order, each with the result of the one before', async () => {
  const result = await cni.add(
    list({ type: 'first', bridge: 'b0' }, { type: 'second', capabilities: { portMappings: true } }),
    { ...attachment, addresses: ['10.1.0.2'] },
    onResult,
    signal,
  );
  assert.equal(result.ips[0]?.gateway, '10.1.0.1');
  assert.equal(results.length, 2);
  assert.equal(results[1], result);
  const lines = said();
  assert.ok(lines.includes('CNI_COMMAND=ADD') && lines.includes('CNI_NETNS=/run/netns/x'));
  const [first, second] = configs(lines);
  assert.deepEqual(first, {
    type: 'first',
    bridge: 'b0',
    cniVersion: '0.4.0',
    name: 'net',
    args: { cni: { ips: ['10.1.0.2'] } },
  });
  assert.deepEqual(second?.['runtimeConfig'], {
    portMappings: [{ hostPort: 8080, containerPort: 80, protocol: 'tcp', hostIP: '127.0.0.1' }],
  });
  assert.ok(second?.['prevResult'] && !('capabilities' in second));
});

test('Cni.del: the plugins run in reverse, also when nothing is known of the ADD', async () => {
  await cni.del(list({ type: 'first' }, { type: 'second' }), attachment, undefined, signal);
  assert.deepEqual(
    configs(said()).map(({ type }) => type),
    ['second', 'first'],
  );
});

test('Cni: a list that takes addresses by the capability gets them so too', async () => {
  const asked = { ...attachment, addresses: ['10.1.0.2', 'fd00::2'] };
  await cni.add(list({ type: 'first', capabilities: { ips: true } }), asked, onResult, signal);
  const [config] = configs(said());
  assert.deepEqual(config?.['runtimeConfig'], { ips: ['10.1.0.2', 'fd00::2'] });
});

test('Cni.republish: the plugins for ports alone take the old back and publish the new', async () => {
  const publishes = { type: 'second', capabilities: { portMappings: true } };
  const after = { ...attachment, ports: [{ hostPort: 81, vmPort: 80, protocol: 'udp' }] } as const;
  await cni.republish(
    list({ type: 'first' }, publishes),
    { before: attachment, after },
    { interfaces: [], ips: [], routes: [] },
    signal,
  );
  const lines = said();
  assert.deepEqual(
    lines.filter((line) => line.startsWith('CNI_COMMAND')),
    ['CNI_COMMAND=DEL', 'CNI_COMMAND=ADD'],
  );
  const [taken, published] = configs(lines).map(({ type, runtimeConfig }) => ({ type, runtimeConfig }));
  assert.deepEqual(taken, {
    type: 'second',
    runtimeConfig: {
      portMappings: [{ hostPort: 8080, containerPort: 80, protocol: 'tcp', hostIP: '127.0.0.1' }],
    },
  });
  assert.deepEqual(published?.runtimeConfig, {
    portMappings: [{ hostPort: 81, containerPort: 80, protocol: 'udp' }],
  });
});

test('Cni: what a plugin says of its failure reaches the user', async () => {
  await assert.rejects(cni.add(list({ type: 'broken' }), attachment, onResult, signal), {
    code: 'CNI_FAILED',
    message: 'the CNI plugin "broken" failed to ADD: no addresses left: in 10.1.0.0/16',
  });
});

test('Cni: a plugin that is not installed is named, with where it was looked for', async () => {
  await assert.rejects(
    cni.add(list({ type: 'absent' }), attachment, onResult, signal),
    (failure: Error) => failure.message.includes('"absent"') && failure.message.includes(dir),
  );
});
