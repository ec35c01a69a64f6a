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
import { controlPlaneJoinCommand, initCommand } from './kubeadm-command.ts';

const spec: KubeadmConfigSpec = { format: 'cloud-config' };
const whole = 'join --config /c.yaml';
const kubelet = 'join phase kubelet-start --config /c.yaml';
const etcd = 'join phase etcd-join --config /c.yaml';
const begin = `${whole} --skip-phases kubelet-start,etcd-join,kubelet-wait-bootstrap,control-plane-join,wait-control-plane`;
const restOfOlder = `${whole} --skip-phases preflight,control-plane-prepare,check-etcd,kubelet-start`;
const rest = `${restOfOlder},etcd-join`;
const all = 'etcd.yaml kube-apiserver.yaml';
const etcdAlone = 'etcd.yaml';

interface Calls {
  /** The calls at which kubeadm succeeds. */
  readonly succeedsAt: readonly number[];
  readonly isAlive?: boolean;
  readonly startsKubelet?: boolean;
}

interface Joining extends Calls {
  readonly version: string;
  readonly given?: KubeadmConfigSpec;
}

const joined = ({ version, given = spec, ...calls }: Joining) =>
  ran(controlPlaneJoinCommand({ spec: given, path: '/c.yaml', version }), calls);

/** Runs the command with a kubeadm that tells its calls, with the manifests that are there then. */
function ran(line: string, { succeedsAt, startsKubelet = true, isAlive = true }: Calls) {
  const folder = mkdtempSync(join(tmpdir(), 'join-'));
  try {
    const program = (name: string, text: string): void => {
      writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
      chmodSync(join(folder, name), 0o755);
    };
    mkdirSync(join(folder, 'manifests'));
    const make = `case "$*" in *" phase "*|*prepare*|*etcd,control-plane*) ;; *) (cd ${folder}/manifests && touch ${all}) ;; esac`;
    const start = startsKubelet ? `echo args >${folder}/kubeadm-flags.env` : ':';
    const ends = `case " ${succeedsAt.join(' ')} " in *" $(grep -c . ${folder}/calls) "*) ;; *) exit 1 ;; esac`;
    program('kubeadm', `${make}; ${start}; echo "$@: "$(ls ${folder}/manifests) >>${folder}/calls; ${ends}`);
    program('kubectl', isAlive ? ':' : 'exit 1');
    for (const name of ['sleep', 'sync', 'systemctl']) program(name, ':');
    const command = line
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
    const manifests = readdirSync(join(folder, 'manifests')).join(' ');
    return { isDone, manifests, calls: readFileSync(join(folder, 'calls'), 'utf8').trimEnd().split('\n') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const initiated = (calls: Calls, given = spec) => ran(initCommand({ spec: given, path: '/c.yaml' }), calls);
const init = 'init --config /c.yaml --skip-token-print';
const restOfInit = `${init} --skip-phases preflight,certs,kubeconfig,etcd,control-plane,kubelet-start,wait-control-plane`;

test('a beginning that succeeds is not repeated', () => {
  assert.deepEqual(initiated({ succeedsAt: [1] }), {
    ...{ isDone: true, manifests: all, calls: [`${init}: ${all}`] },
  });
});

test('what kubeadm asks of a new API server is asked several times', () => {
  assert.deepEqual(initiated({ succeedsAt: [3] }), {
    isDone: true,
    manifests: all,
    calls: [`${init}: ${all}`, `${restOfInit}: ${all}`, `${restOfInit}: ${all}`],
  });
  const { isDone, calls } = initiated({ succeedsAt: [] });
  assert.deepEqual([isDone, calls.length], [false, 6]);
});

test('a beginning has failed that comes to its end before the kubelet, or the API server, has started', () => {
  for (const state of [{ startsKubelet: false }, { isAlive: false }]) {
    const { isDone, calls } = initiated({ succeedsAt: [2], ...state });
    assert.deepEqual([isDone, calls], [false, [`${init}: ${all}`]]);
  }
});

test('phases of a beginning that are not wanted are not done when it is gone on with', () => {
  const given = { ...spec, initConfiguration: { skipPhases: ['addon/coredns'] } };
  assert.equal(initiated({ succeedsAt: [2] }, given).calls[1], `${restOfInit},addon/coredns: ${all}`);
});

const [version, older] = ['v1.33.0', 'v1.32.9'];

test('etcd joins before the other components start', () => {
  assert.deepEqual(joined({ version, succeedsAt: [1, 2, 3, 4] }), {
    isDone: true,
    manifests: all,
    calls: [`${begin}: ${all}`, `${kubelet}: ${etcdAlone}`, `${etcd}: ${etcdAlone}`, `${rest}: ${all}`],
  });
});

test('what is done after the start of the kubelet is done several times', () => {
  assert.deepEqual(joined({ version, succeedsAt: [1, 2, 4, 6] }), {
    isDone: true,
    manifests: all,
    calls: [
      ...[`${begin}: ${all}`, `${kubelet}: ${etcdAlone}`],
      ...[`${etcd}: ${etcdAlone}`, `${etcd}: ${etcdAlone}`],
      ...[`${rest}: ${all}`, `${rest}: ${all}`],
    ],
  });
});

test('no component starts whose etcd has not joined', () => {
  const { isDone, manifests, calls } = joined({ version, succeedsAt: [1, 2] });
  assert.deepEqual([isDone, manifests, calls.length], [false, etcdAlone, 12]);
});

test('a join has failed that comes to its end before the kubelet starts, or too often after that', () => {
  assert.deepEqual(joined({ version, succeedsAt: [] }).calls, [`${begin}: ${all}`]);
  const { isDone, calls } = joined({ version, succeedsAt: [1, 2, 3] });
  assert.deepEqual([isDone, calls.length], [false, 9]);
});

test('phases that are not wanted are not done', () => {
  const joinConfiguration = { skipPhases: ['preflight', 'mark-control-plane'] };
  const given = { ...spec, joinConfiguration };
  const { calls } = joined({ version, succeedsAt: [1, 2, 3, 4], given });
  assert.deepEqual(calls, [
    `${begin},preflight,mark-control-plane: ${all}`,
    `${kubelet}: ${etcdAlone}`,
    `${etcd}: ${etcdAlone}`,
    `${rest},mark-control-plane: ${all}`,
  ]);
});

test('where somebody else does what comes before etcd joins, or that, kubeadm is called once', () => {
  for (const phase of ['control-plane-prepare/control-plane', 'kubelet-start', 'etcd-join']) {
    const given = { ...spec, joinConfiguration: { skipPhases: [phase] } };
    for (const succeedsAt of [[], [1]])
      assert.deepEqual(joined({ version, succeedsAt, given }), {
        ...{ isDone: succeedsAt.length > 0, manifests: all, calls: [`${whole}: ${all}`] },
      });
  }
});

test('an older version: a join that succeeds is not repeated', () => {
  assert.deepEqual(joined({ version: older, succeedsAt: [1] }), {
    ...{ isDone: true, manifests: all, calls: [`${whole}: ${all}`] },
  });
});

test('an older version: after the start of the kubelet, etcd joins alone, and then what follows is done', () => {
  assert.deepEqual(joined({ version: older, succeedsAt: [3, 5] }), {
    isDone: true,
    manifests: all,
    calls: [
      `${whole}: ${all}`,
      ...[`${etcd}: ${etcdAlone}`, `${etcd}: ${etcdAlone}`],
      ...[`${restOfOlder}: ${all}`, `${restOfOlder}: ${all}`],
    ],
  });
});

test('an older version: a kubeadm that does not know that phase joins etcd with what follows', () => {
  const { isDone, calls } = joined({ version: older, succeedsAt: [12] });
  assert.deepEqual([isDone, calls.at(-1)], [true, `${restOfOlder}: ${all}`]);
});

test('an older version: a join that comes to its end before the kubelet starts has failed', () => {
  const { isDone, calls } = joined({ version: older, succeedsAt: [2], startsKubelet: false });
  assert.deepEqual([isDone, calls], [false, [`${whole}: ${all}`]]);
});
