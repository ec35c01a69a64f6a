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
    ['0', 'Done.'],
    ['1', 'Failed; standard error says what happened and what to do.'],
    ['2', 'Asked for wrongly: a command line, manifest, name or size that means nothing. Nothing was done.'],
    ['130', 'Interrupted.'],
    [
      'others',
      `Those of the guest: of "exec", "ssh", "run -i" and "start -i"; 128 plus the signal's number where a signal ended it. 255 where SSH itself failed.`,
    ],
  ],
  environment: [
    ['IGNITE_DATA_DIR', 'In place of --data-dir.'],
    ['IGNITE_RUN_DIR', 'In place of --run-dir.'],
    ['IGNITE_CONFIG', 'In place of --ignite-config.'],
    [
      'IGNITE_INSECURE_REGISTRIES',
      'Registries beyond this host that may be spoken to in plain HTTP; a comma between them.',
    ],
    ['IGNITE_CNI_CONF_DIR', 'Where network configuration lists are, in place of /etc/cni/net.d.'],
    ['CNI_PATH', 'Further folders with CNI plugins; a colon between them.'],
    ['VISUAL, EDITOR', 'The editor of "ignite edit".'],
    ['NO_COLOR', 'Where it is set to anything, nothing is coloured or bold.'],
    ['COLUMNS', 'How wide the help is where it is not shown on a terminal.'],
  ],
} as const;
