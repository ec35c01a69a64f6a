import type { EtcdRequest } from '@ignite/cluster/etcd-operations/create-etcd';
import { defaultEtcdImage } from '@ignite/cluster/etcd/vm-of-member';
import type { ClusterKey } from '@ignite/cluster/operations/cluster-view';
import { isDnsLabel } from '@ignite/toolkit/object/name';
import type { FlagValues, Flags } from '../../arguments/command.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { countOf } from '../cluster/cluster-flags.ts';

const defaultVersion = '3.6.5';
const defaultShape = { cpus: 1, memory: '512MB', diskSize: '4GB' };
/** VMs are called after their cluster, with a number. */
const longestName = 57;

export const membersFlag = {
  type: 'string',
  value: 'COUNT',
  values: ['1', '3', '5', '7'],
  help: 'number of members, an odd one',
} as const;

export const versionFlag = { type: 'string', value: 'VERSION', help: 'version of etcd' } as const;

export const requestFlags: Flags = {
  members: { ...membersFlag, default: '1' },
  version: { ...versionFlag, default: defaultVersion },
  image: {
    type: 'string',
    value: 'IMAGE',
    default: defaultEtcdImage('VERSION'),
    help: 'image of the members',
  },
  cpus: { type: 'string', value: 'COUNT', default: String(defaultShape.cpus), help: 'CPUs of each member' },
  memory: {
    type: 'string',
    value: 'SIZE',
    default: defaultShape.memory,
    help: 'memory of each member (base 1024)',
  },
  disk: {
    type: 'string',
    value: 'SIZE',
    default: defaultShape.diskSize,
    help: 'disk of each member (base 1024)',
  },
};

/** @throws CodedError USAGE_INVALID */
export function etcdVersionOf(flags: FlagValues): string | undefined {
  const text = flags.text('version')?.replace(/^v/, '');
  if (text !== undefined && !/^\d+\.\d+\.\d+/.test(text))
    throw usageError(`--version ${JSON.stringify(text)}: not a version`, 'use a version such as 3.6.5');
  return text;
}

/**
 * Pure. Returns what the command line asks for.
 * @throws CodedError USAGE_INVALID
 */
export function etcdRequest(key: ClusterKey, flags: FlagValues): EtcdRequest {
  if (!isDnsLabel(key.name) || key.name.length > longestName)
    throw usageError(
      `not a name of an etcd cluster: ${JSON.stringify(key.name)}`,
      `use at most ${longestName} lower-case letters, digits and dashes`,
    );
  const image = flags.text('image');
  return {
    ...key,
    replicas: countOf(flags, 'members') ?? 1,
    version: etcdVersionOf(flags) ?? defaultVersion,
    ...(image !== undefined && { image }),
    cpus: countOf(flags, 'cpus') ?? defaultShape.cpus,
    memory: flags.text('memory') ?? defaultShape.memory,
    diskSize: flags.text('disk') ?? defaultShape.diskSize,
  };
}
