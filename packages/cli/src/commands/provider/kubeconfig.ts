import { hostAccountName } from '@ignite/cluster/provider/host-account';
import { providerNamespace } from '@ignite/cluster/provider/provider-namespace';
import { ApiConnection } from '@ignite/toolkit/client/over-http/api-connection';
import { readKubeconfig } from '@ignite/toolkit/client/over-http/kubeconfig';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import * as v from 'valibot';
import type { Command } from '../../arguments/command.ts';
import { managementFlags, managementKubeconfig } from './management-flags.ts';

const yearSeconds = 365 * 24 * 3_600;
const answerSchema = v.object({ status: v.object({ token: v.pipe(v.string(), v.nonEmpty()) }) });

export const providerKubeconfig: Command = {
  name: 'provider kubeconfig',
  arguments: '',
  arity: { least: 0, most: 0 },
  summary: 'Print the kubeconfig by which hosts serve a management cluster',
  details: [
    `It has a token of the account ${hostAccountName} of the namespace ${providerNamespace}, which "ignite provider install" makes. The token lasts for a year, or for as long as the server allows.`,
    'Keep it secret: whoever has it can read the Secrets of the management cluster whose names he knows.',
  ],
  examples: [
    '(umask 077; ignite provider kubeconfig --kubeconfig management.kubeconfig > host.kubeconfig)',
    'ignite daemon --management-kubeconfig host.kubeconfig',
  ],
  flags: managementFlags,
  run: async (invocation) => {
    const { io, signal } = invocation;
    const access = await readKubeconfig(...managementKubeconfig(invocation));
    const { ca, servername, rejectUnauthorized } = access.tls ?? {};
    using connection = new ApiConnection(access);
    const answer = await connection.call({
      method: 'POST',
      path: `/api/v1/namespaces/${providerNamespace}/serviceaccounts/${hostAccountName}/token`,
      body: {
        type: 'application/json',
        content: {
          ...{ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest' },
          spec: { expirationSeconds: yearSeconds },
        },
      },
      signal,
    });
    const { success, output } = v.safeParse(answerSchema, answer);
    if (!success)
      throw new CodedError('SERVER_FAILED', 'the server has answered without a token', {
        hint: 'name the kubeconfig of a Kubernetes API server',
      });
    const name = 'management';
    const cluster = {
      server: access.url,
      ...(ca !== undefined && { 'certificate-authority-data': Buffer.from(ca).toString('base64') }),
      ...(servername !== undefined && { 'tls-server-name': servername }),
      ...(rejectUnauthorized === false && { 'insecure-skip-tls-verify': true }),
    };
    const { stringify } = await import('yaml');
    const config = {
      ...{ apiVersion: 'v1', kind: 'Config', 'current-context': name },
      clusters: [{ name, cluster }],
      users: [{ name: hostAccountName, user: { token: output.status.token } }],
      contexts: [{ name, context: { cluster: name, user: hostAccountName } }],
    };
    io.out.write(stringify(config));
    return 0;
  },
};
