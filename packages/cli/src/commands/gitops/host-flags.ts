import { ignitedConfigurationPath } from '@ignite/api/ignited/ignited-configuration-path';
import { settingEntries } from '@ignite/api/ignited/ignited-settings';
import { legacyDaemonFlags } from '@ignite/legacy/flags';
import type { Flags } from '../../arguments/command.ts';

/** The flags of all settings of ignited but for the log level, which is a flag of every command. */
export const settingFlags: Flags = Object.fromEntries(
  settingEntries
    .filter(([name]) => name !== 'log-level')
    .map(([name, { type, value, values, default: otherwise, help }]) => [
      name,
      {
        type,
        help,
        ...(value && { value }),
        ...(values && { values }),
        ...(otherwise && { default: otherwise }),
      },
    ]),
);

/** How the daemon serves this host. */
export const hostFlags: Flags = {
  config: {
    type: 'string',
    value: 'FILE',
    default: `${ignitedConfigurationPath}, if it exists`,
    help: 'configuration file of ignited, of the kind IgnitedConfiguration; flags take precedence',
  },
  ...settingFlags,
  ...legacyDaemonFlags,
};
