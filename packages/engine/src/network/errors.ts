import { CodedError } from '@ignite/toolkit/errors/coded-error';

export type NetworkErrorCode =
  'CNI_PLUGIN_MISSING' | 'CNI_FAILED' | 'CNI_CONFIG_BROKEN' | 'PORT_INVALID' | 'PORT_TAKEN';

export const pluginMissing = (plugin: string, dirs: readonly string[]): CodedError<NetworkErrorCode> =>
  new CodedError('CNI_PLUGIN_MISSING', `the CNI plugin "${plugin}" is in none of ${dirs.join(', ')}`, {
    hint: 'run "ignite doctor --fix", or name its folder in $CNI_PATH',
  });

export const pluginFailed = (
  plugin: string,
  command: string,
  cause: unknown,
  said: string,
): CodedError<NetworkErrorCode> =>
  new CodedError('CNI_FAILED', `the CNI plugin "${plugin}" failed to ${command}: ${said}`, {
    hint: 'look at the network configuration in /etc/cni/net.d; "ignite doctor" checks the host',
    cause,
  });

export const configBroken = (path: string, cause: unknown): CodedError<NetworkErrorCode> =>
  new CodedError('CNI_CONFIG_BROKEN', `${path} is not a CNI network configuration list`, {
    hint: 'mend it, or remove it to have Ignite write its own',
    cause,
  });

export const portInvalid = (text: string, why: string): CodedError<NetworkErrorCode> =>
  new CodedError('PORT_INVALID', `not a port mapping: ${JSON.stringify(text)}: ${why}`, {
    hint: 'write [ADDRESS:]HOST_PORT:VM_PORT[/tcp|udp], such as 8080:80 or 127.0.0.1:5353:53/udp; ranges are 8000-8010:80-90',
  });

export const portTaken = (port: string): CodedError<NetworkErrorCode> =>
  new CodedError('PORT_TAKEN', `port ${port} of this host is in use`, {
    hint: 'choose another host port, or stop what uses it ("ss -lntup" and "ignite ps" show that)',
  });
