import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { type HostNeeds, assertPreflight, isTypeIgnored, planPreflight } from './preflight.ts';

const port = (hostPort: number) => ({ hostPort, vmPort: 80, protocol: 'tcp' as const });
const needs: HostNeeds = {
  programs: [['no-such-program', 'nor-this'], ['sh']],
  files: [['/dev/no-such-device'], ['/no/such/folder/bridge', '/dev/null']],
  ports: [port(80), port(8080)],
};
const names = (...ignored: readonly string[]): readonly string[] =>
  planPreflight(needs, ignored).map(({ name }) => name);

test("planPreflight: checks have the original's names", () => {
  assert.deepEqual(names(), [
    'ExistingFile--dev-no-such-device',
    'ExistingFile--no-such-folder-bridge',
    'BinaryInPath-no-such-program',
    'BinaryInPath-sh',
    'Port-80',
    'Port-8080',
  ]);
});

test('planPreflight: types, names and all are ignored in any letter case', () => {
  assert.deepEqual(names('EXISTINGFILE', 'binaryinpath'), ['Port-80', 'Port-8080']);
  assert.deepEqual(names('existingfile', 'BinaryInPath', 'port-80'), ['Port-8080']);
  assert.deepEqual(names('All'), []);
  assert.equal(names('nothing-of-the-kind').length, 6);
});

test('isTypeIgnored: a type, or all, but not a name', () => {
  assert.ok(isTypeIgnored('Port', ['port']) && isTypeIgnored('Port', ['ALL']));
  assert.ok(!isTypeIgnored('Port', ['Port-80', 'ExistingFile']));
});

test('assertPreflight: everything that fails is told at once', async () => {
  const taken = createServer().listen({ host: '0.0.0.0', port: 0 });
  await once(taken, 'listening');
  const { port: number } = taken.address() as AddressInfo;
  const checks = planPreflight(
    { ...needs, ports: [port(number), { ...port(1), bindAddress: '192.0.2.1' }] },
    [],
  );
  const failure = await assertPreflight(checks).catch((thrown: unknown) => thrown);
  taken.close();
  assert.ok(failure instanceof CodedError && failure.code === 'PREFLIGHT_FAILED');
  const { errors } = failure.cause as AggregateError;
  assert.deepEqual(
    errors.map(({ message }: Error) => message.replace(/EADDRNOTAVAIL.*/, 'EADDRNOTAVAIL')),
    [
      '[ERROR ExistingFile--dev-no-such-device]: not found: /dev/no-such-device',
      '[ERROR BinaryInPath-no-such-program]: no-such-program or nor-this is not installed',
      `[ERROR Port-${number}]: port 0.0.0.0:${number} on this host is in use`,
      '[ERROR Port-1]: cannot listen on port 192.0.2.1:1: listen EADDRNOTAVAIL',
    ],
  );
  assert.ok(failure.hint.includes('--ignore-preflight-checks=ExistingFile,BinaryInPath,Port'));
});

test('assertPreflight: any one of several will do', async () => {
  await assertPreflight(
    planPreflight({ programs: [['no-such-program', 'sh']], files: [['/no', '/dev/null']], ports: [] }, []),
  );
});

test('assertPreflight: does not hold a start up: no check waits for another, and no program is run', async () => {
  const all = Promise.withResolvers<undefined>();
  let begun = 0;
  const meeting = Array.from({ length: 12 }, (_, at) => ({
    type: 'Port' as const,
    name: `Port-${at}`,
    examine: () => {
      if ((begun += 1) === 12) all.resolve(undefined);
      return all.promise;
    },
  }));
  await assertPreflight(meeting);

  const dir = mkdtempSync(join(tmpdir(), 'preflight-'));
  try {
    const [program, mark] = [join(dir, 'program'), join(dir, 'was-run')];
    writeFileSync(program, `#!/bin/sh\ntouch ${mark}\n`, { mode: 0o755 });
    await assertPreflight(planPreflight({ programs: [[program]], files: [], ports: [] }, []));
    assert.ok(!existsSync(mark));
  } finally {
    rmSync(dir, { recursive: true });
  }
});
