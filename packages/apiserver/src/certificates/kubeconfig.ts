import { parse, stringify } from 'yaml';
import type { TlsCredentials } from './certificate-folder.ts';

export interface KubeconfigRequest {
  /** The URL of the server. */
  readonly server: string;
  readonly user: string;
  readonly credentials: TlsCredentials;
}

const name = 'ignite';

/** Pure. Returns a kubeconfig whose one context is that of a user with a client certificate. */
export const kubeconfigText = ({ server, user, credentials: { ca, cert, key } }: KubeconfigRequest): string =>
  stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server, 'certificate-authority-data': base64(ca) } }],
    contexts: [{ name, context: { cluster: name, user, namespace: 'default' } }],
    users: [
      { name: user, user: { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) } },
    ],
  });

/**
 * Pure. Returns a kubeconfig that leads to the same server as another one, for a user with a token.
 * @param config the kubeconfig that `kubeconfigText` has made of a user with a certificate
 */
export function tokenKubeconfigText(
  config: string,
  { user, token }: { readonly user: string; readonly token: string },
): string {
  const known = parse(config) as Readonly<Record<string, unknown>>;
  return stringify({
    ...known,
    contexts: [{ name, context: { cluster: name, user, namespace: 'default' } }],
    users: [{ name: user, user: { token } }],
  });
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
