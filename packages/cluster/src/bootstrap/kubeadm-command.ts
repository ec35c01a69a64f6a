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
  withSentinel(join({ spec, path }));

/** What a join has done when the kubelet starts, and need not do again. */
const phasesBeforeEtcd = ['preflight', 'control-plane-prepare', 'check-etcd', 'kubelet-start'];

/** The file that a join makes just before it starts the kubelet. */
const startedKubelet = '/var/lib/kubelet/kubeadm-flags.env';

/**
 * Pure. Returns the command by which a member of the control plane joins. kubeadm gives etcd two seconds to list its members
 * and asks once, just when the node is busy with starting its components. So the phases after the kubelet's start, each of
 * which may be done twice, are tried again.
 */
export function controlPlaneJoinCommand({ spec, path }: KubeadmCommand): string {
  const skipped = [...new Set([...phasesBeforeEtcd, ...(spec.joinConfiguration?.skipPhases ?? [])])];
  const first = join({ spec, path });
  const again = `for pause in 5 10 20 40 60; do sleep $pause && ${first} --skip-phases ${skipped.join()} && break; done`;
  return withSentinel(`${first} || { [ -e ${startedKubelet} ] && ${again}; }`);
}

const join = ({ spec, path }: KubeadmCommand): string => `kubeadm join --config ${path}${verbosity(spec)}`;

const verbosity = ({ verbosity: level }: KubeadmConfigSpec): string =>
  level === undefined ? '' : ` --v ${level}`;

const withSentinel = (command: string): string => `${command} && echo success > ${sentinel}`;
