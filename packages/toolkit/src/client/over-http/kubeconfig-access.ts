import { readYaml } from '../../codec/parse-yaml.ts';
import type { ServerAccess } from './server-access.ts';
import * as v from 'valibot';

/**
 * What is read of the kubeconfig in a Secret: credentials that are in it. Files that it names are not read, since they
 * would be files of this host, and whoever writes the Secret could have them sent to a server of his own.
 */
const schema = v.object({
  'current-context': v.string(),
  clusters: v.array(
    v.object({
      name: v.string(),
      cluster: v.object({
        server: v.pipe(v.string(), v.startsWith('https://', 'must be an https URL')),
        'certificate-authority-data': v.string(),
        'tls-server-name': v.optional(v.pipe(v.string(), v.nonEmpty())),
      }),
    }),
  ),
  contexts: v.array(
    v.object({ name: v.string(), context: v.object({ cluster: v.string(), user: v.string() }) }),
  ),
  users: v.array(
    v.object({
      name: v.string(),
      user: v.object({
        'client-certificate-data': v.optional(v.string()),
        'client-key-data': v.optional(v.string()),
        token: v.optional(v.pipe(v.string(), v.nonEmpty())),
      }),
    }),
  ),
});

/** Pure. Returns how the cluster of a kubeconfig is reached; `undefined` if that cannot be told from it alone. */
export function kubeconfigAccess(text: string): ServerAccess | undefined {
  const { success, output } = v.safeParse(schema, parsed(text));
  if (!success) return undefined;
  const context = output.contexts.find(({ name }) => name === output['current-context'])?.context;
  const cluster = output.clusters.find(({ name }) => name === context?.cluster)?.cluster;
  const user = output.users.find(({ name }) => name === context?.user)?.user;
  if (!cluster || !user) return undefined;
  const serverName = cluster['tls-server-name'];
  const { 'client-certificate-data': certificate, 'client-key-data': key, token } = user;
  // Whoever has neither would be anonymous, which a server may let do something.
  if (!token && !(certificate && key)) return undefined;
  return {
    url: cluster.server,
    tls: {
      ca: decoded(cluster['certificate-authority-data']),
      ...(serverName !== undefined && { servername: serverName }),
      ...(certificate !== undefined && { cert: decoded(certificate) }),
      ...(key !== undefined && { key: decoded(key) }),
    },
    ...(token !== undefined && { token: async () => token }),
  };
}

function parsed(text: string): unknown {
  try {
    return readYaml(text);
  } catch {
    return undefined;
  }
}

const decoded = (data: string): string => Buffer.from(data, 'base64').toString('utf8');
