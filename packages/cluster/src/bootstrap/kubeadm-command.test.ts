import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { KubeadmConfigSpec } from '../kinds/kubeadm-config.ts';
import { controlPlaneJoinCommand } from './kubeadm-command.ts';

const spec: KubeadmConfigSpec = { format: 'cloud-config' };
const first = 'join --config /c.yaml';
const again = `${first} --skip-phases preflight,control-plane-prepare,check-etcd,kubelet-start`;

/** Runs the command with a kubeadm that succeeds at an attempt, and starts the kubelet if it comes that far. */
function joined(succeedsAt: number, startsKubelet: boolean, given = spec) {
  const folder = mkdtempSync(join(tmpdir(), 'join-'));
  try {
    const program = (name: string, text: string): void => {
      writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
      chmodSync(join(folder, name), 0o755);
    };
    const start = startsKubelet ? `touch ${folder}/kubeadm-flags.env` : ':';
    program(
      'kubeadm',
      `${start}; echo "$@" >>${folder}/calls; [ $(wc -l <${folder}/calls) -ge ${succeedsAt} ]`,
    );
    program('sleep', ':');
    const command = controlPlaneJoinCommand({ spec: given, path: '/c.yaml' })
      .replaceAll('/var/lib/kubelet', folder)
      .replaceAll('/run/cluster-api', folder);
    const PATH = `${folder}:${process.env['PATH']}`;
    let isDone = true;
    try {
      execFileSync('sh', ['-c', command], { env: { PATH } });
    } catch {
      isDone = false;
    }
    assert.equal(existsSync(join(folder, 'bootstrap-success.complete')), isDone);
    return { isDone, calls: readFileSync(join(folder, 'calls'), 'utf8').trimEnd().split('\n') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('a join of a control plane that succeeds is not repeated', () => {
  assert.deepEqual(joined(1, true), { isDone: true, calls: [first] });
});

test('after the start of the kubelet it is tried again without what is done', () => {
  assert.deepEqual(joined(3, true), { isDone: true, calls: [first, again, again] });
});

test('before that, or after five more attempts, it has failed', () => {
  assert.deepEqual(joined(9, false), { isDone: false, calls: [first] });
  const { isDone, calls } = joined(9, true);
  assert.deepEqual([isDone, calls.length], [false, 6]);
});

test('phases that are not wanted are not done when it is tried again', () => {
  const given = { ...spec, joinConfiguration: { skipPhases: ['preflight', 'mark-control-plane'] } };
  assert.equal(joined(2, true, given).calls[1], `${again},mark-control-plane`);
});
