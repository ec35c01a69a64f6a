import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

const hostPath = '/etc/resolv.conf';
/**
 * The file in which systemd-resolved lists the servers that it uses, for a resolv.conf that names only
 * systemd-resolved itself.
 */
const resolvedPath = '/run/systemd/resolve/resolv.conf';

/** Returns the DNS servers of this host that a guest can use too. Servers on the host itself are left out. */
export async function hostNameservers(): Promise<readonly string[]> {
  return reachableServers(await read(await reachableResolvFile()));
}

/** Returns the resolv.conf(5) of this host that names servers which are not on the host itself. */
export async function reachableResolvFile(): Promise<string> {
  const isEnough = reachableServers(await read(hostPath)).length > 0 || !existsSync(resolvedPath);
  return isEnough ? hostPath : resolvedPath;
}

/** Pure. Returns the servers in a resolv.conf(5), without those that only the host itself can reach. */
export function reachableServers(text: string): readonly string[] {
  return [...text.matchAll(/^nameserver\s+(\S+)/gm)]
    .map((match) => match[1]!)
    .filter((server) => !server.startsWith('127.') && server !== '::1' && !server.includes('%'));
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw failure;
  }
}
