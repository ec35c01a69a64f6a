import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { RemoteEtcd, controlPlaneEndpoints } from '../../packages/cluster/src/workload/remote-etcd.ts';
import { StoreObjectClient } from '../../packages/toolkit/src/client/over-store/store-object-client.ts';
import {
  type KeyAndCertificate,
  makeCertificate,
} from '../../packages/toolkit/src/certificates/sign-certificate.ts';
import { MemoryStore } from '../../packages/toolkit/src/store/memory.ts';
import { CannotBuild, builtProgram, etcd } from './fixtures/go-program.ts';

/** The nodes of a control plane; each is an address of the loopback, at etcd's own port. */
const addresses = ['127.6.1.1', '127.6.1.2', '127.6.1.3'];
const nodes = { group: '', version: 'v1', resource: 'nodes', kind: 'Node' };
const patienceMs = 120_000;

const pem = ({ privateKey }: KeyAndCertificate): string =>
  privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

function startMembers(program: string, dir: string, authority: KeyAndCertificate): readonly ChildProcess[] {
  const validity = {
    notBefore: new Date(Date.now() - 3_600_000),
    notAfter: new Date(Date.now() + 3_600_000),
  };
  const server = makeCertificate(
    { subject: { name: 'etcd' }, use: { type: 'server', names: addresses }, ...validity },
    authority,
  );
  // The gateway of etcd is a client of etcd itself. kubeadm makes one certificate for both.
  const gateway = makeCertificate(
    { subject: { name: 'gateway' }, use: { type: 'client' }, ...validity },
    authority,
  );
  writeFileSync(join(dir, 'gateway.crt'), gateway.certificate);
  writeFileSync(join(dir, 'gateway.key'), pem(gateway), { mode: 0o600 });
  writeFileSync(join(dir, 'ca.crt'), authority.certificate);
  writeFileSync(join(dir, 'server.crt'), server.certificate);
  writeFileSync(join(dir, 'server.key'), pem(server), { mode: 0o600 });
  const all = addresses.map((address, at) => `node-${at}=http://${address}:2380`).join(',');
  return addresses.map((address, at) =>
    spawn(
      program,
      [
        ...[`--name=node-${at}`, `--data-dir=${join(dir, String(at))}`, '--unsafe-no-fsync'],
        ...[
          `--listen-client-urls=https://${address}:2379`,
          `--advertise-client-urls=https://${address}:2379`,
        ],
        ...[
          `--listen-peer-urls=http://${address}:2380`,
          `--initial-advertise-peer-urls=http://${address}:2380`,
        ],
        ...[`--initial-cluster=${all}`, '--client-cert-auth', `--trusted-ca-file=${join(dir, 'ca.crt')}`],
        ...[`--cert-file=${join(dir, 'server.crt')}`, `--key-file=${join(dir, 'server.key')}`],
        ...[
          `--client-cert-file=${join(dir, 'gateway.crt')}`,
          `--client-key-file=${join(dir, 'gateway.key')}`,
        ],
      ],
      { stdio: 'ignore' },
    ),
  );
}

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + patienceMs;
  for (;;) {
    const found = await look().catch(() => undefined);
    if (found !== undefined) return found;
    assert.ok(Date.now() < end, 'it did not come to pass');
    await delay(200);
  }
}

const program = await builtProgram(etcd, new AbortController().signal).catch((failure: unknown) => {
  if (failure instanceof CannotBuild) return failure;
  throw failure;
});
const skip = program instanceof CannotBuild && program.message;

test('the members of a control plane are told, lead, and leave', { skip }, async () => {
  const dir = mkdtempSync(join(tmpdir(), 'cluster-etcd-'));
  const validity = {
    notBefore: new Date(Date.now() - 3_600_000),
    notAfter: new Date(Date.now() + 3_600_000),
  };
  const authority = makeCertificate({
    subject: { name: 'etcd-ca' },
    use: { type: 'authority' },
    ...validity,
  });
  const members = startMembers(program as string, dir, authority);
  const { signal } = new AbortController();
  try {
    const objects = new StoreObjectClient(new MemoryStore(), [
      { ...nodes, isNamespaced: false, hasStatus: false },
    ]);
    for (const [at, address] of addresses.entries())
      await objects.create(nodes, {
        ...{ apiVersion: 'v1', kind: 'Node' },
        metadata: { name: `node-${at}`, labels: { 'node-role.kubernetes.io/control-plane': '' } },
        status: { addresses: [{ type: 'InternalIP', address }] },
      });
    const keys = { certificate: authority.certificate, key: pem(authority) };
    const remote = new RemoteEtcd({
      endpoints: controlPlaneEndpoints(objects),
      authority: keys,
      now: () => Date.now(),
    });
    const healthy = async () => (await remote.members(signal)).filter(({ isHealthy }) => isHealthy);
    const all = await until(async () => {
      const now = await healthy();
      return now.length === 3 ? now : undefined;
    });
    assert.deepEqual(all.map(({ name }) => name).toSorted(), ['node-0', 'node-1', 'node-2']);
    const [heir, lost] = all;
    members[Number(lost!.name.at(-1))]!.kill('SIGKILL');
    await until(async () => {
      const [found, ...more] = (await remote.members(signal)).filter(({ isHealthy }) => !isHealthy);
      return found?.name === lost!.name && more.length === 0 ? true : undefined;
    });
    await until(async () => await remote.moveLeader(heir!.id, signal).then(() => true));
    // A member that has just taken the lead lets nobody go yet.
    const others = await until(async () => {
      const now = await remote.members(signal);
      if (now.length === 3) await remote.remove(lost!.id, signal);
      // An election may go on.
      return now.length === 2 && now.every(({ isHealthy }) => isHealthy) ? now : undefined;
    });
    assert.deepEqual(
      others.map(({ name }) => name).toSorted(),
      ['node-0', 'node-1', 'node-2'].filter((name) => name !== lost!.name),
    );
  } finally {
    for (const each of members) {
      each.kill('SIGKILL');
      if (each.exitCode === null && each.signalCode === null) await once(each, 'exit');
    }
    rmSync(dir, { recursive: true, force: true });
  }
});
