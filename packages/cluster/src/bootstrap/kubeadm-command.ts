import { minorsBetween } from '../contract/kubernetes-version.ts';
import type { KubeadmConfigSpec } from '../kinds/kubeadm-config.ts';
import { sentinel } from './sentinel.ts';

interface KubeadmCommand {
  readonly spec: KubeadmConfigSpec;
  /** The path of kubeadm's documents. */
  readonly path: string;
}

const ofKubelet = '/var/lib/kubelet';
/** Whether kubeadm has made the file that it makes just before it starts the kubelet. It is empty if the power failed meanwhile. */
const hasKubelet = `[ -s ${ofKubelet}/kubeadm-flags.env ]`;

/** What kubeadm has done when the API server has answered, and need not do again. */
const phasesUntilApi = [
  ...['preflight', 'certs', 'kubeconfig', 'etcd', 'control-plane', 'kubelet-start', 'wait-control-plane'],
];

const askWhetherAlive =
  'kubectl --kubeconfig /etc/kubernetes/admin.conf get --raw /livez --request-timeout 60s';

/**
 * Pure. Returns the command by which a node begins a cluster, without printing the token with which others join. kubeadm asks a new API server once for
 * most of what follows its start, just when the node is busy. So a beginning that fails is gone on with if the API server runs.
 */
export function initCommand({ spec, path }: KubeadmCommand): string {
  const options = `--config ${path} --skip-token-print${verbosity(spec)}`;
  const goOn = `kubeadm init ${options} ${skipping(phasesUntilApi, spec.initConfiguration)}`;
  return withSentinel(`kubeadm init ${options} || {
  ${hasKubelet} && {
    ${severalTimes(askWhetherAlive)}
  } && {
    ${severalTimes(goOn)}
  }
}`);
}

/** Pure. Returns the command by which a worker joins. */
export const workerJoinCommand = ({ spec, path }: KubeadmCommand): string =>
  withSentinel(`kubeadm join --config ${path}${verbosity(spec)}`);

/** What a join of the control plane has done when the kubelet has started, and need not do again. */
const phasesUntilKubelet = ['preflight', 'control-plane-prepare', 'check-etcd', 'kubelet-start'];

/** What it does from then on. Older versions have other phases, and do not let etcd join before the kubelet has found an API server. */
const phasesFromEtcd = ['etcd-join', 'kubelet-wait-bootstrap', 'control-plane-join', 'wait-control-plane'];
const firstWithThem = 'v1.33.0';

/** The seconds before each attempt to have etcd join, which comes to its end with the first of some answers that takes longer than two. */
const pausesOfEtcd = [0, 5, 5, 10, 10, 20, 20, 40, 40, 60];

const kubernetes = '/etc/kubernetes';
const manifests = `${kubernetes}/manifests`;
/** Where components wait for etcd: on the disk, since a machine that goes down meanwhile would lose them otherwise. */
const held = `${kubernetes}/held`;
const components = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map(
  (name) => `${manifests}/${name}.yaml`,
);

/** Keeps all components but etcd from starting. What an attempt before has held back stays so. */
const hold = `mkdir -p ${held} && for each in ${components.join(' ')}; do
    [ ! -e $each ] || mv $each ${held}/
  done && sync`;
/** Lets go of what is left, and fails if something stays. */
const release = `for each in ${held}/*; do [ ! -e $each ] || mv $each ${manifests}/; done && rmdir ${held}`;
/** What kubeadm makes until it starts the kubelet, and does not begin beside. */
const leftovers = [
  ...[`${manifests}/etcd.yaml`, ...components, `${ofKubelet}/config.yaml`],
  ...['bootstrap-kubelet.conf', 'kubelet.conf'].map((name) => `${kubernetes}/${name}`),
];
/**
 * Clears the way for a beginning. A machine that went down before has perhaps started a kubelet by itself, with half of what that needs. Where etcd has begun,
 * the node has perhaps joined, even if the power failed before the file of the kubelet was on the disk, and nothing is removed.
 */
const clear = `[ ! -e /var/lib/etcd/member ] && { systemctl stop kubelet 2>/dev/null || :; } && rm -rf ${held} && rm -f ${leftovers.join(' ')}`;

/**
 * Pure. Returns the command by which a member of the control plane joins. kubeadm starts all components at once, and gives etcd two seconds for each
 * answer meanwhile, which a busy node does not give: the new member has a vote then, and each write waits for it. So etcd joins first, while the other
 * components are kept from starting, and then what follows is done. With older versions, a join is gone on with like that once it has failed. Whoever
 * skips one of the phases between does the rest himself.
 *
 * The machine may go down at any moment. Run again, the command begins anew if the kubelet has not started, and goes on otherwise: with etcd as long as
 * there is a folder of components that wait for it. An etcd that has joined is asked to join again, which changes nothing.
 */
export function controlPlaneJoinCommand({
  spec,
  path,
  version,
}: KubeadmCommand & { version: string }): string {
  const options = `--config ${path}${verbosity(spec)}`;
  const { skipPhases = [] } = spec.joinConfiguration ?? {};
  const joinWithout = (...phases: readonly string[]): string =>
    `kubeadm join ${options} ${skipping(phases, spec.joinConfiguration)}`;
  const etcdJoins = severalTimes(`kubeadm join phase etcd-join ${options}`, pausesOfEtcd);
  const isDoneByOthers = skipPhases.some((phase) =>
    /^(control-plane-prepare|kubelet-start|etcd-join)/.test(phase),
  );
  if (isDoneByOthers) return withSentinel(`kubeadm join ${options}`);
  return withSentinel(
    minorsBetween(version, firstWithThem) >= 0
      ? `{
  ${hasKubelet} || {
    ${clear} &&
    ${joinWithout('kubelet-start', ...phasesFromEtcd)} &&
    ${hold} &&
    kubeadm join phase kubelet-start ${options} && sync
  }
} && {
  [ ! -d ${held} ] || {
    ${etcdJoins} &&
    ${release}
  }
} && {
  ${severalTimes(joinWithout(...phasesUntilKubelet, 'etcd-join'), [0, ...pauses])}
}`
      : `{ ! ${hasKubelet} && ${clear} && kubeadm join ${options}; } || {
  ${hasKubelet} && ${hold} && {
    ${etcdJoins}
    ${release}
  } && {
    ${severalTimes(joinWithout(...phasesUntilKubelet))}
  }
}`,
  );
}

/** The flag counts instead of what the configuration says. */
const skipping = (
  phases: readonly string[],
  { skipPhases = [] }: { readonly skipPhases?: readonly string[] | undefined } = {},
): string => `--skip-phases ${[...new Set([...phases, ...skipPhases])].join()}`;

const pauses = [5, 10, 20, 40, 60];

/** The exit status is that of the last attempt. */
const severalTimes = (command: string, seconds = pauses): string =>
  `for pause in ${seconds.join(' ')}; do sleep $pause; ${command} && break; done`;

const verbosity = ({ verbosity: level }: KubeadmConfigSpec): string =>
  level === undefined ? '' : ` --v ${level}`;

const withSentinel = (command: string): string => `${command} && echo success > ${sentinel}`;
