import { existsSync } from 'node:fs';
import { textOfFile } from '@ignite/toolkit/files/text-of-file';

const hostPath = '/etc/resolv.conf';
/**
 * The file in which systemd-resolved lists the servers that it uses, for a resolv.conf that names only
 * systemd-resolved itself.
 */
const resolvedPath = '/run/systemd/resolve/resolv.conf';

/** Returns the DNS servers of this host that a guest can use too. Servers on the host itself are left out. */
export async function hostNameservers(): Promise<readonly string[]> {
  return await serversIn(await reachableResolvFile());
}

/** Returns the resolv.conf(5) of this host that names servers which are not on the host itself. */
export async function reachableResolvFile(): Promise<string> {
  const isEnough = (await serversIn(hostPath)).length > 0 || !existsSync(resolvedPath);
  return isEnough ? hostPath : resolvedPath;
}

/** Pure. Returns the servers in a resolv.conf(5), without those that only the host itself can reach. */
export function reachableServers(text: string): readonly string[] {
  return [...text.matchAll(/^nameserver\s+(\S+)/gm)]
    .map((match) => match[1]!)
    .filter((server) => !server.startsWith('127.') && server !== '::1' && !server.includes('%'));
}

/** A host without the file has no servers. */
const serversIn = async (path: string): Promise<readonly string[]> =>
  reachableServers((await textOfFile(path)) ?? '');
