import type { KubeadmConfigSpec } from '../kinds/kubeadm-config.ts';
import { sentinel } from './sentinel.ts';

interface KubeadmCommand {
  readonly spec: KubeadmConfigSpec;
  /** The path of kubeadm's documents. */
  readonly path: string;
}

/** Pure. Returns the command by which a node begins a cluster, without printing the token with which others join. */
export const initCommand = ({ spec, path }: KubeadmCommand): string =>
  withSentinel(`kubeadm init --config ${path} --skip-token-print${verbosity(spec)}`);

/** Pure. Returns the command by which a worker joins. */
export const workerJoinCommand = ({ spec, path }: KubeadmCommand): string =>
  withSentinel(`kubeadm join --config ${path}${verbosity(spec)}`);

/** What a join has done when the kubelet starts, and need not do again. */
const phasesBeforeEtcd = ['preflight', 'control-plane-prepare', 'check-etcd', 'kubelet-start'];

/** The file that a join makes just before it starts the kubelet. */
const startedKubelet = '/var/lib/kubelet/kubeadm-flags.env';

const manifests = '/etc/kubernetes/manifests';

/**
 * Pure. Returns the command by which a member of the control plane joins. kubeadm gives etcd two seconds to list its members
 * and asks once, just when the node is busy with starting all components. So a join that has come to that is gone on with:
 * first etcd joins while the other components are kept from starting, and then what follows is done.
 */
export function controlPlaneJoinCommand({ spec, path }: KubeadmCommand): string {
  const skipped = [...new Set([...phasesBeforeEtcd, ...(spec.joinConfiguration?.skipPhases ?? [])])];
  const options = `--config ${path}${verbosity(spec)}`;
  return withSentinel(`kubeadm join ${options} || {
  [ -e ${startedKubelet} ] && mkdir -p /run/kubeadm/held && mv ${manifests}/kube-*.yaml /run/kubeadm/held/ && {
    ${severalTimes(`kubeadm join phase etcd-join ${options}`)}
    mv /run/kubeadm/held/* ${manifests}/
    ${severalTimes(`kubeadm join ${options} --skip-phases ${skipped.join()}`)}
  }
}`);
}

/** The exit status is that of the last attempt. */
const severalTimes = (command: string): string =>
  `for pause in 5 10 20 40 60; do sleep $pause; ${command} && break; done`;

const verbosity = ({ verbosity: level }: KubeadmConfigSpec): string =>
  level === undefined ? '' : ` --v ${level}`;

const withSentinel = (command: string): string => `${command} && echo success > ${sentinel}`;
