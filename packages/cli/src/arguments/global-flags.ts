import type { Flags } from './command.ts';
import { logLevelNames } from './log-level.ts';

/** What every command takes. */
export const globalFlags: Flags = {
  'data-dir': {
    type: 'string',
    value: 'DIR',
    default: '/var/lib/ignite',
    help: 'where images, kernels and VMs are kept',
  },
  'run-dir': {
    type: 'string',
    value: 'DIR',
    default: '/run/ignite',
    help: 'where what runs is kept track of',
  },
  'ignite-config': {
    type: 'string',
    value: 'FILE',
    default: '/etc/ignite/config.yaml, where it is there',
    help: 'the configuration file',
  },
  quiet: { type: 'boolean', short: 'q', help: 'print only uids' },
  'log-level': {
    type: 'string',
    value: 'LEVEL',
    values: logLevelNames,
    default: 'info',
    help: 'how much to tell on standard error: errors at the least, with warn warnings, with info steps, with debug the tools that are run, with trace their output',
  },
  help: { type: 'boolean', short: 'h', help: 'explain the command' },
};
