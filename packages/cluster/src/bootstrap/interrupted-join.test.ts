import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempDisposableSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { controlPlaneJoinCommand } from './kubeadm-command.ts';

const whole = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];

/**
 * The programs of a node, each step of which may be the last one before its machine goes down. This kubeadm wants of a node what the real one does:
 * no manifests and no files of a kubelet at the beginning, no kubelet that is there already, and an etcd that joins before other components run.
 */
const programs = {
  step: `echo . >>$node/steps
[ "$(grep -c . $node/steps)" != "$DOWN_AT" ] || kill -9 0`,
  mv: 'step && /bin/mv "$@" && step',
  rm: 'step && /bin/rm "$@" && step',
  mkdir: 'step && /bin/mkdir "$@" && step',
  rmdir: 'step && /bin/rmdir "$@" && step',
  sync: 'step',
  sleep: ':',
  systemctl: '[ "$*" = "stop kubelet" ] && step && rm -f $node/kubelet-runs && step',
  kubeadm: `refuse() { echo "$1" >>$node/refusals; exit 1; }
prepare() {
  for each in $node/kubernetes/manifests/*.yaml; do
    [ ! -e $each ] || [ $each = $node/kubernetes/manifests/own.yaml ] || refuse "there is $each already"
  done
  [ ! -e $node/kubernetes/bootstrap-kubelet.conf ] || refuse 'there is a kubelet to be'
  [ ! -e $node/kubernetes/kubelet.conf ] || refuse 'there is a kubelet'
  [ ! -e $node/kubelet-runs ] || refuse 'the port of the kubelet is in use'
  for each in kube-apiserver kube-controller-manager kube-scheduler; do
    echo $each >$node/kubernetes/manifests/$each.yaml
    step
  done
}
start_kubelet() {
  [ ! -e $node/kubelet/kubeadm-flags.env ] || refuse 'there is a node of this name already'
  echo token >$node/kubernetes/bootstrap-kubelet.conf
  step
  echo config >$node/kubelet/config.yaml
  step
  echo args >$node/kubelet/kubeadm-flags.env
  step
}
join_etcd() {
  [ -e $node/kubelet/kubeadm-flags.env ] || refuse 'nothing runs etcd'
  [ -e $node/joined ] || [ ! -e $node/kubernetes/manifests/kube-apiserver.yaml ] || exit 1
  echo etcd >$node/kubernetes/manifests/etcd.yaml
  step
  mkdir -p $node/etcd/member
  : >$node/joined
  step
}
finish() {
  [ -e $node/joined ] || refuse 'etcd has not joined'
  [ "$(ls $node/kubernetes/manifests | grep -c .)" = 5 ] || refuse 'components are missing'
  step
}
step
case "$*" in
*'phase kubelet-start'*) start_kubelet ;;
*'phase etcd-join'*) join_etcd ;;
*'--skip-phases preflight'*) finish ;;
*'--skip-phases kubelet-start'*) prepare ;;
*) prepare && start_kubelet && join_etcd && finish ;;
esac`,
};

class Node {
  readonly dir: string;
  readonly #command: string;

  constructor(dir: string, version: string) {
    this.dir = dir;
    for (const each of ['bin', 'kubelet', 'kubernetes/manifests'])
      mkdirSync(join(dir, each), { recursive: true });
    for (const [name, text] of Object.entries(programs))
      writeFileSync(join(dir, 'bin', name), `#!/bin/sh\nnode=${dir}\n${text}\n`, { mode: 0o755 });
    writeFileSync(join(dir, 'kubernetes/manifests/own.yaml'), 'a Pod of its user');
    this.#command = controlPlaneJoinCommand({ spec: { format: 'cloud-config' }, path: '/c.yaml', version })
      .replaceAll('/var/lib/kubelet', join(dir, 'kubelet'))
      .replaceAll('/var/lib/etcd', join(dir, 'etcd'))
      .replaceAll('/etc/kubernetes', join(dir, 'kubernetes'))
      .replaceAll('/run/', `${dir}/run/`);
  }

  /** Boots the machine, which has an empty /run then and a kubelet that starts if it can, and runs the command. Returns whether it came to its end. */
  boot(downAt = 0): boolean {
    rmSync(join(this.dir, 'run'), { recursive: true, force: true });
    rmSync(join(this.dir, 'steps'), { force: true });
    for (const each of ['cluster-api', 'kubeadm'])
      mkdirSync(join(this.dir, 'run', each), { recursive: true });
    const env = { PATH: `${this.dir}/bin:${process.env['PATH']}`, DOWN_AT: String(downAt) };
    if (existsSync(join(this.dir, 'kubelet/config.yaml')))
      for (const made of ['kubelet-runs', 'kubernetes/kubelet.conf']) writeFileSync(join(this.dir, made), '');
    // A process group of its own is what goes down.
    const { signal, stderr } = spawnSync('setsid', ['sh', '-c', this.#command], { env, encoding: 'utf8' });
    assert.equal(stderr, '');
    return signal === null;
  }

  /** Returns what a node has that is one. */
  state() {
    const manifests = join(this.dir, 'kubernetes/manifests');
    return {
      isDone: existsSync(join(this.dir, 'run/cluster-api/bootstrap-success.complete')),
      manifests: readdirSync(manifests).filter((name) => readFileSync(join(manifests, name), 'utf8') !== ''),
      isHolding: existsSync(join(this.dir, 'kubernetes/held')),
      refusals: existsSync(join(this.dir, 'refusals'))
        ? readFileSync(join(this.dir, 'refusals'), 'utf8')
        : '',
    };
  }
}

const complete = {
  isDone: true,
  manifests: [...whole, 'own'].map((name) => `${name}.yaml`),
  isHolding: false,
  refusals: '',
};

for (const [version, fewestSteps] of [
  ['v1.33.0', 20],
  ['v1.32.9', 20],
] as const)
  test(`with kubeadm ${version}, a join goes on that ended with its machine, whatever it was at`, () => {
    let downAt = 1;
    for (; ; downAt += 1) {
      using dir = mkdtempDisposableSync(join(tmpdir(), 'interrupted-join-'));
      const node = new Node(dir.path, version);
      if (node.boot(downAt)) {
        assert.deepEqual(node.state(), complete, 'a machine that stays up');
        break;
      }
      assert.equal(node.state().isDone, false, `down at ${downAt}`);
      assert.equal(node.boot(), true);
      assert.deepEqual(node.state(), complete, `down at ${downAt}`);
    }
    assert.ok(downAt > fewestSteps, `${downAt} steps`);
  });

test('a join goes on whose machine went down time and again', () => {
  using dir = mkdtempDisposableSync(join(tmpdir(), 'interrupted-join-'));
  const node = new Node(dir.path, 'v1.33.0');
  // Each boot comes two steps further than the one before.
  let downAt = 2;
  while (!node.boot(downAt)) downAt += 2;
  assert.deepEqual(node.state(), complete);
});

for (const version of ['v1.33.0', 'v1.32.9'])
  test(`with kubeadm ${version}, nothing is removed of a node that has joined, whatever the power has left of its kubelet`, () => {
    using dir = mkdtempDisposableSync(join(tmpdir(), 'interrupted-join-'));
    const node = new Node(dir.path, version);
    assert.equal(node.boot(), true);
    writeFileSync(join(dir.path, 'kubelet/kubeadm-flags.env'), '');
    assert.equal(node.boot(), true);
    assert.deepEqual(node.state(), { ...complete, isDone: false });
  });
