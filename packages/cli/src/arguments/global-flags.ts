import type { Flags } from './command.ts';
import { logLevelNames } from './log-level.ts';

/** What every command takes. */
export const globalFlags: Flags = {
  'data-dir': {
    type: 'string',
    value: 'DIR',
    default: '/var/lib/ignite',
    help: 'directory for images, kernels and VMs',
  },
  'run-dir': {
    type: 'string',
    value: 'DIR',
    default: '/run/ignite',
    help: 'directory for runtime state',
  },
  'ignite-config': {
    type: 'string',
    value: 'FILE',
    default: '/etc/ignite/config.yaml, if it exists',
    help: 'configuration file',
  },
  host: {
    type: 'string',
    value: 'ADDRESS',
    default: 'this host, or that of the context in use',
    help: 'host to run the command on: ssh://[USER@]HOST[:PORT], https://HOST:PORT or unix:///PATH',
  },
  context: {
    type: 'string',
    value: 'CONTEXT',
    default: 'the context in use',
    help: 'context of the host to run the command on',
  },
  quiet: { type: 'boolean', short: 'q', help: 'print only uids' },
  'log-level': {
    type: 'string',
    value: 'LEVEL',
    values: logLevelNames,
    default: 'info',
    help: 'log level: error (or fatal, panic), warn (or warning), info, debug to see the commands that Ignite runs, or trace to see their output',
  },
  help: { type: 'boolean', short: 'h', help: 'show help' },
};
