import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { FlagValues, Flags } from '../../arguments/command.ts';

const list = (value: string, help: string) => ({ type: 'list', value, help }) as const;

/** What the manifests may be and name of this host: whoever writes them is trusted with no more. */
export const allowFlags: Flags = {
  'allow-kind': list('KIND', 'a kind that may be declared, in place of VM and Volume'),
  'allow-path': list('PATH', 'a folder, file or device that VMs may be given to write, with all below it'),
  'allow-file': list('PATH', 'the same, but only to read or copy'),
  'allow-network': list('NAME', 'a CNI network that VMs may be on besides the default one'),
  'allow-port': list('PORTS', 'ports of the host that may be published, in place of 1024-65535'),
  'allow-object': list('KIND/NAME', 'an object of another that may be used, such as Volume/db'),
  'allow-service': list('NAME', 'docker, containerd or containers-storage, which may be used'),
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
