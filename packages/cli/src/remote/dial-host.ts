import { connect } from 'node:net';
import { callsPath, callsProtocol } from '@ignite/api/remote/messages';
import { CallLines } from '@ignite/api/remote/call-lines';
import { CodedError, hasCode } from '@ignite/toolkit/errors/coded-error';
import { dialLine } from '@ignite/toolkit/client/over-http/dial-line';
import type { ServerAccess } from '@ignite/toolkit/client/over-http/server-access';
import { ToolConnection } from '@ignite/toolkit/process/tool-connection';
import type { ChosenHost } from './chosen-host.ts';
import { type ContextCredentials, ContextStore } from './context-store.ts';
import { type HostAddress, parseHostAddress, sshArguments } from './host-address.ts';

export type DialErrorCode = 'HOST_UNREACHABLE' | 'HOST_OUTDATED' | 'HOST_REFUSED';

/** Returns how another host is reached, and as whom. */
export async function accessTo(
  chosen: Exclude<ChosenHost, { kind: 'local' }>,
  env: NodeJS.ProcessEnv,
): Promise<ServerAccess> {
  if (chosen.kind === 'address') return accessOf(chosen.address, {});
  const store = new ContextStore(env);
  const { host } = await store.read(chosen.name);
  return accessOf(host, await store.credentials(chosen.name));
}

function accessOf(text: string, { token, ...tls }: ContextCredentials): ServerAccess {
  const address = parseHostAddress(text);
  const bearer = token === undefined ? {} : { token: async () => token.trim() };
  if (address.kind === 'https') return { url: address.url, tls, ...bearer };
  return { url: 'http://localhost', name: text, connect: () => connection(address), ...bearer };
}

const connection = (address: Exclude<HostAddress, { kind: 'https' }>) =>
  address.kind === 'unix'
    ? connect(address.path)
    : new ToolConnection({ tool: 'ssh', args: sshArguments(address) });

/** Returns the lines on which another host makes calls. */
export const callLines = (access: ServerAccess): CallLines =>
  new CallLines(async (signal) => {
    try {
      return await dialLine(access, { path: callsPath, protocol: callsProtocol }, signal);
    } catch (failure) {
      throw explained(failure, access);
    }
  });

/** Says what to do about a host that does not answer as it should. */
function explained(failure: unknown, { name, url }: ServerAccess): unknown {
  const host = name ?? url;
  const told = (code: DialErrorCode, what: string, hint: string): CodedError =>
    new CodedError(code, what, { hint, cause: failure instanceof CodedError ? failure.cause : failure });
  if (hasCode(failure, 'SERVER_UNREACHABLE'))
    return told('HOST_UNREACHABLE', `there is no answer from ${host}`, unreachableHint(host));
  if (hasCode(failure, 'NOT_FOUND'))
    return told(
      'HOST_OUTDATED',
      `${host} is served by something that takes no commands of other hosts`,
      'update Ignite there, and restart "ignite daemon --api"',
    );
  if (hasCode(failure, 'UNAUTHORIZED'))
    return told(
      'HOST_REFUSED',
      `${host} does not know you: ${failure.message}`,
      'create the context anew with a token or a kubeconfig that is valid there',
    );
  return failure;
}

const unreachableHint = (host: string): string =>
  host.startsWith('ssh:')
    ? 'check that you can log in with "ssh", that Ignite is installed there, and that "ignite daemon --api" runs'
    : 'check that "ignite daemon --api" runs there, and check the address';
