import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { KubeadmConfigSpec } from '../kinds/kubeadm-config.ts';
import { controlPlaneJoinCommand } from './kubeadm-command.ts';

const spec: KubeadmConfigSpec = { format: 'cloud-config' };
const first = 'join --config /c.yaml';
const etcd = 'join phase etcd-join --config /c.yaml';
const rest = `${first} --skip-phases preflight,control-plane-prepare,check-etcd,kubelet-start`;
const all = 'etcd.yaml kube-apiserver.yaml';

/** Runs the command with a kubeadm that succeeds at these calls, and starts the kubelet if it comes that far. */
function joined(succeedsAt: readonly number[], startsKubelet: boolean, given = spec) {
  const folder = mkdtempSync(join(tmpdir(), 'join-'));
  try {
    const program = (name: string, text: string): void => {
      writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
      chmodSync(join(folder, name), 0o755);
    };
    mkdirSync(join(folder, 'manifests'));
    for (const name of all.split(' ')) writeFileSync(join(folder, 'manifests', name), '');
    const start = startsKubelet ? `touch ${folder}/kubeadm-flags.env` : ':';
    const ends = `case " ${succeedsAt.join(' ')} " in *" $(grep -c . ${folder}/calls) "*) ;; *) exit 1 ;; esac`;
    program('kubeadm', `${start}; echo "$@: "$(ls ${folder}/manifests) >>${folder}/calls; ${ends}`);
    program('sleep', ':');
    const command = controlPlaneJoinCommand({ spec: given, path: '/c.yaml' })
      .replaceAll('/var/lib/kubelet', folder)
      .replaceAll('/run/cluster-api', folder)
      .replaceAll('/run/kubeadm', folder)
      .replaceAll('/etc/kubernetes', folder);
    const PATH = `${folder}:${process.env['PATH']}`;
    let isDone = true;
    try {
      execFileSync('sh', ['-c', command], { env: { PATH }, stdio: 'pipe' });
    } catch {
      isDone = false;
    }
    assert.equal(existsSync(join(folder, 'bootstrap-success.complete')), isDone);
    assert.equal(readdirSync(join(folder, 'manifests')).join(' '), all);
    return { isDone, calls: readFileSync(join(folder, 'calls'), 'utf8').trimEnd().split('\n') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('a join of a control plane that succeeds is not repeated', () => {
  assert.deepEqual(joined([1], true), { isDone: true, calls: [`${first}: ${all}`] });
});

test('after the start of the kubelet, etcd joins alone, and then what follows is done', () => {
  assert.deepEqual(joined([3, 5], true), {
    isDone: true,
    calls: [
      `${first}: ${all}`,
      ...[`${etcd}: etcd.yaml`, `${etcd}: etcd.yaml`],
      ...[`${rest}: ${all}`, `${rest}: ${all}`],
    ],
  });
});

test('a kubeadm that does not know that phase joins etcd with what follows', () => {
  const { isDone, calls } = joined([7], true);
  assert.deepEqual([isDone, calls.at(-1)], [true, `${rest}: ${all}`]);
});

test('a join has failed that comes to its end before the kubelet starts, or too often after that', () => {
  assert.deepEqual(joined([2], false), { isDone: false, calls: [`${first}: ${all}`] });
  const { isDone, calls } = joined([], true);
  assert.deepEqual([isDone, calls.length], [false, 11]);
});

test('phases that are not wanted are not done when it goes on', () => {
  const given = { ...spec, joinConfiguration: { skipPhases: ['preflight', 'mark-control-plane'] } };
  assert.equal(joined([2, 3], true, given).calls[2], `${rest},mark-control-plane: ${all}`);
});
