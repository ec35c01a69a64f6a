import { globalFlags } from '../packages/cli/src/arguments/global-flags.ts';
import type { Command } from '../packages/cli/src/arguments/command.ts';
import { commandGroups, loadCommand } from '../packages/cli/src/commands/registry.ts';
import { otherSpellings } from '../packages/cli/src/commands/spelling.ts';

export interface ReferenceGroup {
  readonly title: string;
  readonly commands: readonly ReferenceCommand[];
}

export interface ReferenceCommand {
  readonly command: Command;
  readonly otherSpellings: readonly string[];
}

/** Reads every public command, for the command reference and the manual pages. */
export async function readReference(): Promise<readonly ReferenceGroup[]> {
  return await Promise.all(
    commandGroups.map(async ({ title, commands }) => ({
      title,
      commands: await Promise.all(
        Object.keys(commands).map(async (name) => ({
          command: await loadCommand(name),
          otherSpellings: otherSpellings(name),
        })),
      ),
    })),
  );
}

/** The parts that all commands share. */
export const common = {
  flags: globalFlags,
  exitStatus: [
    ['0', 'Success.'],
    ['1', 'The command failed. Standard error says what happened and what to do.'],
    ['2', 'The command line, a manifest, a name or a size is invalid. Nothing was done.'],
    ['130', 'Interrupted.'],
    [
      'others',
      'The exit status of the guest, from "exec", "ssh", "run -i" and "start -i"; 128 plus the signal number if a signal ended the command; 255 if SSH itself failed.',
    ],
  ],
  environment: [
    ['IGNITE_DATA_DIR', 'The default of --data-dir.'],
    ['IGNITE_RUN_DIR', 'The default of --run-dir.'],
    ['IGNITE_NAMESPACE', 'The default of --namespace.'],
    [
      'IGNITE_HOST_NAME',
      'The name of this host. The first command that acts keeps it in the data directory.',
    ],
    [
      'IGNITE_STORE',
      'The URL of an etcd in which several hosts keep their VMs. The first command that acts keeps it in the data directory.',
    ],
    [
      'IGNITE_WARM',
      'The default of --warm: auto or never. It takes precedence over "warm" of the configuration file.',
    ],
    ['IGNITE_CONFIG', 'The default of --ignite-config.'],
    [
      'IGNITE_INSECURE_REGISTRIES',
      'Registries that may be accessed over plain HTTP, besides those on this host; separated by commas.',
    ],
    ['IGNITE_CNI_CONF_DIR', 'Directory of the network configuration lists, instead of /etc/cni/net.d.'],
    ['CNI_PATH', 'Additional directories with CNI plugins, separated by colons.'],
    ['VISUAL, EDITOR', 'Editor for "ignite edit".'],
    ['NO_COLOR', 'If set, output is never colored or bold.'],
    ['COLUMNS', 'Width of the help text when it is not shown on a terminal.'],
  ],
} as const;
