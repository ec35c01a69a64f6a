import { readFile } from 'node:fs/promises';

/** Where systemd-resolved keeps the servers that it asks, when resolv.conf names itself alone. */
const resolvedPath = '/run/systemd/resolve/resolv.conf';

/** The DNS servers of this host that a guest can ask too; none where there is none but the host's own. */
export async function hostNameservers(): Promise<readonly string[]> {
  const servers = reachableServers(await read('/etc/resolv.conf'));
  return servers.length > 0 ? servers : reachableServers(await read(resolvedPath));
}

/** Pure. Out of a resolv.conf(5), without servers that only its own host can ask. */
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
