import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parse } from 'yaml';
import { Ignite } from '../test/e2e/fixtures/ignite.ts';
import { findClusterPrograms, nodeImageArchive } from '../test/e2e/fixtures/cluster-images.ts';
import { CannotBuild } from '../test/kubernetes/fixtures/go-program.ts';
import { report, timed } from './measure.ts';

const subnet = 123;
const version = 'v1.35.4';
const image = `ignite-kubernetes:${version}`;
const shape = ['--cpus', '2', '--memory', '2GB'];
const kubectl = 'kubectl --kubeconfig /etc/kubernetes/admin.conf --request-timeout 60s';
const patienceMs = 1_800_000;

interface BootData {
  readonly write_files: readonly { readonly path: string; readonly content: string }[];
}

interface Conditioned {
  readonly metadata: { readonly creationTimestamp: string };
  readonly spec?: { readonly bootstrap?: { readonly dataSecretName?: string } };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly lastTransitionTime: string }[];
  };
}

/**
 * Measures `ignite cluster create` of one node in a VM until it is ready, against kubeadm by hand in a VM of the same image and size,
 * with the same configuration.
 */
export async function benchClusterCreate(): Promise<void> {
  const programs = await findClusterPrograms();
  if (programs instanceof CannotBuild) {
    console.log(`ignite cluster create: not measured. ${programs.message}`);
    return;
  }
  await using opened = await Ignite.openWithKernel(subnet);
  const ignite = opened.with({ KUBECONFIG: join(opened.dir, 'kubeconfig') });
  const archive = nodeImageArchive(version, programs, 'control-plane');
  const imported = await ignite.ok('image', 'import', `oci-archive:${archive}`);
  await ignite.ok('tag', /ID "([0-9a-f]+)"/.exec(imported)![1]!, image);

  const flags = ['--control-plane', 'vm', '--workers', '0', ...shape, '--disk', '6GB', '--timeout', '30m'];
  const ours = await timed(async () => void (await ignite.ok('cluster', 'create', 'ours', ...flags)));
  const data = await ownCluster(ignite);
  await ignite.ok('cluster', 'delete', 'ours', '--timeout', '30m');

  const byHand = await timed(async () => await createByHand(ignite, data));
  report('ignite cluster create, one VM', ours, 'kubeadm by hand', byHand, 1.1);
  await ignite.ok('rm', '-f', 'by-hand');
}

/** Prints when the parts of the cluster were there, and returns what its node booted with. */
async function ownCluster(ignite: Ignite): Promise<BootData> {
  const got = async (...args: readonly string[]): Promise<readonly Conditioned[]> =>
    (JSON.parse(await ignite.ok('get', ...args, '-o', 'json')) as { readonly items: readonly Conditioned[] })
      .items;
  const [[cluster], [vm], [machine], [controlPlane]] = await Promise.all([
    got('clusters'),
    got('vms'),
    got('machines'),
    got('kubeadmcontrolplanes'),
  ]);
  const begin = Date.parse(cluster!.metadata.creationTimestamp);
  for (const [what, object, type] of [
    ['its VM has booted', vm, 'Booted'],
    ['kubeadm has begun it', controlPlane, 'Initialized'],
    ['its node is ready', machine, 'NodeReady'],
    ['it is available', cluster, 'Available'],
  ] as const) {
    const condition = object!.status!.conditions!.find((one) => one.type === type);
    const seconds = (Date.parse(condition!.lastTransitionTime) - begin) / 1_000;
    console.log(`ignite cluster create, until ${what.padEnd(22)} ${seconds.toFixed(0).padStart(5)} s`);
  }
  const name = machine!.spec!.bootstrap!.dataSecretName!;
  const secret = await ignite.ok('get', 'secret', name, '-o', 'json', '--show-secrets');
  const { data } = JSON.parse(secret) as { readonly data: { readonly value: string } };
  return parse(Buffer.from(data.value, 'base64').toString()) as BootData;
}

/** Does what a person would do, once he has the configuration. The keys are made by kubeadm. */
async function createByHand(ignite: Ignite, { write_files: files }: BootData): Promise<void> {
  await ignite.ok('run', image, '--name', 'by-hand', '--ssh', ...shape, '--size', '6GB');
  const address = (
    await ignite.ok('inspect', 'by-hand', '--format', '{{.Status.Network.IPAddresses}}')
  ).trim();
  const file = join(ignite.dir, 'file');
  for (const { path, content } of files) {
    if (path.includes('/pki/')) continue;
    const own = content
      .replace(/^(controlPlaneEndpoint:).*$/m, `$1 ${address}:6443`)
      .replaceAll('{{ ds.meta_data.instance_id }}', 'by-hand');
    writeFileSync(file, own);
    await ignite.ok('exec', 'by-hand', 'mkdir', '-p', join(path, '..'));
    await ignite.ok('cp', file, `by-hand:${path}`);
  }
  const config = files.find(({ path }) => path.endsWith('/kubeadm.yaml'))!.path;
  await ignite.ok(
    'exec',
    'by-hand',
    'sh',
    '-c',
    `kubeadm init --config ${config} >/var/log/kubeadm.log 2>&1`,
  );
  const isReady = `${kubectl} wait --for=condition=Ready nodes --all --timeout=60s`;
  for (const end = Date.now() + patienceMs; ; await delay(1_000)) {
    if ((await ignite.run('exec', 'by-hand', 'sh', '-c', isReady)).code === 0) return;
    if (Date.now() > end) throw new Error('the node by hand did not become ready');
  }
}
