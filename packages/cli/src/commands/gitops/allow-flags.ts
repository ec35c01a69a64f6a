import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { FlagValues, Flags } from '../../arguments/command.ts';

const list = (value: string, help: string) => ({ type: 'list', value, help }) as const;

/** What manifests may declare and use on this host; their authors are trusted with no more. */
export const allowFlags: Flags = {
  'allow-kind': list('KIND', 'kind of objects that may be declared, instead of VM and Volume'),
  'allow-path': list(
    'PATH',
    'directory, file or device that VMs may write to, including everything below it',
  ),
  'allow-file': list('PATH', 'directory, file or device that VMs may read or copy, but not write to'),
  'allow-network': list('NAME', 'CNI network that VMs may use, in addition to the default one'),
  'allow-port': list('PORTS', 'host ports that may be published, instead of 1024-65535'),
  'allow-object': list('KIND/NAME', 'object with another owner that may be used, such as Volume/db'),
  'allow-service': list(
    'NAME',
    'service that may be used: docker, containerd or containers-storage; programs or cluster-resource-sets of clusters',
  ),
};

/** The `spec.allow` of a Sync; a path that has links in it stands for what it leads to as well. */
export async function allowanceOf(flags: FlagValues): Promise<object> {
  const paths = async (flag: string): Promise<readonly string[]> => {
    const given = flags.list(flag).map((path) => resolve(path));
    const real = await Promise.all(given.map(async (path) => await realpath(path).catch(() => path)));
    return [...new Set([...given, ...real])];
  };
  const kinds = flags.list('allow-kind');
  const ports = flags.list('allow-port');
  return {
    ...(kinds.length > 0 && { kinds }),
    hostPaths: await paths('allow-path'),
    files: await paths('allow-file'),
    networks: flags.list('allow-network'),
    ...(ports.length > 0 && { ports }),
    objects: flags.list('allow-object'),
    services: flags.list('allow-service'),
  };
}
