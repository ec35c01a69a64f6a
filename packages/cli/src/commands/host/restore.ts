import type { ServiceChange } from '@ignite/api/client/host-client';
import { renderServiceUnit } from '@ignite/engine/host/service-unit';
import type { Command } from '../../arguments/command.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { ownCommand, pathsOf, withClient } from '../../context.ts';
import { startedLine } from '../vm/run.ts';

export const restore: Command = {
  name: 'restore',
  arguments: '',
  arity: { least: 0, most: 0 },
  summary: 'Start the VMs that their restart policies bring back after the host was down',
  details: [
    'With "always" a VM is started that was ever started before, with "unless-stopped" one that nobody has stopped, and with "on-failure" one that went down with its host or did not end well. What runs is left alone.',
    '"ignite install-service" has it run at each boot.',
  ],
  examples: ['ignite restore'],
  flags: {},
  run: async (invocation) =>
    await withClient(invocation, async (client, op) => {
      const { io, flags } = invocation;
      const restored = await client.life.restore(op);
      const failed = restored.filter(({ failure }) => failure !== undefined);
      for (const { vm, failure } of restored)
        if (failure === undefined)
          io.out.write(flags.isSet('quiet') ? `${vm.metadata.uid}\n` : startedLine(vm));
      if (failed.length > 0) {
        const { renderError } = await import('../../render/message/error.ts');
        for (const { vm, failure } of failed)
          io.err.write(`VM "${vm.metadata.name}" was not started:\n${renderError(failure, false)}`);
      }
      return failed.length > 0 ? 1 : 0;
    }),
};

export const installService: Command = {
  name: 'install-service',
  arguments: '',
  arity: { least: 0, most: 0 },
  summary: 'Have systemd start VMs at each boot, as their restart policies say',
  details: [
    'It writes /etc/systemd/system/ignite.service, which runs "ignite restore", with the directories and the settings in the environment that hold now, and enables it. VMs run on when the service is stopped.',
  ],
  examples: [
    'ignite install-service',
    'ignite install-service --dry-run',
    'ignite install-service --uninstall',
  ],
  flags: {
    uninstall: { type: 'boolean', help: 'remove the service; VMs stay as they are' },
    'dry-run': { type: 'boolean', help: 'print the unit file, and do nothing' },
  },
  run: async (invocation) => {
    const { flags, io } = invocation;
    const isUninstalling = flags.isSet('uninstall');
    if (isUninstalling && flags.isSet('dry-run'))
      throw usageError('--uninstall has no --dry-run', 'leave one of them out');
    const unit = {
      command: [...ownCommand(pathsOf(flags, io.env)), 'restore'],
      environment: serviceEnvironment(io.env),
    };
    if (flags.isSet('dry-run')) {
      io.out.write(renderServiceUnit(unit));
      return 0;
    }
    const change = await withClient(invocation, (client, op) =>
      isUninstalling ? client.host.uninstallService(op) : client.host.installService(unit, op),
    );
    io.out.write(changeText(change, unit.command));
    return 0;
  },
};

/** The settings of ours that hold now, but for the directories, which are named on the command line. */
function serviceEnvironment(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const ours = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      /^(?:IGNITE_(?!DATA_DIR$|RUN_DIR$)|CNI_PATH$)/.test(entry[0]) && entry[1] !== undefined,
  );
  return Object.fromEntries(ours.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function changeText({ path, outcome }: ServiceChange, command: readonly string[]): string {
  switch (outcome) {
    case 'enabled':
      return `Wrote and enabled ${path}: VMs are started at each boot, as their restart policies say\n`;
    case 'written':
      return `Wrote ${path}, but systemd does not run here: have this run at boot by other means:\n  ${command.join(' ')}\n`;
    case 'removed':
      return `Removed ${path}\n`;
    case 'absent':
      return `There is no ${path}\n`;
  }
}
