import type { ServiceChange } from '@ignite/api/client/host-client';
import { renderServiceUnit } from '@ignite/api/client/service-unit';
import type { Command } from '../../arguments/command.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { ownCommand, pathsOf, withClient } from '../../context.ts';
import { startedLine } from '../vm/run.ts';

export const restore: Command = {
  name: 'restore',
  arguments: '',
  arity: { least: 0, most: 0 },
  summary: 'Start VMs according to their restart policies after the host was down',
  details: [
    'The policy "always" starts a VM that has been started before, "unless-stopped" one that nobody has stopped, and "on-failure" one that failed or went down with the host. VMs that are running are left alone.',
    '"ignite install-service" runs this command at each boot.',
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
        const { renderError } = await import('@ignite/api/render-error');
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
  summary: 'Install a systemd service that starts VMs at boot, according to their restart policies',
  details: [
    'Writes and enables /etc/systemd/system/ignite.service, which runs "ignite restore" with the current directories and environment variables of Ignite. VMs keep running when the service is stopped.',
  ],
  examples: [
    'ignite install-service',
    'ignite install-service --dry-run',
    'ignite install-service --uninstall',
  ],
  flags: {
    uninstall: { type: 'boolean', help: 'remove the service; VMs are not affected' },
    'dry-run': { type: 'boolean', help: 'print the unit file, without installing it' },
  },
  run: async (invocation) => {
    const { flags, io } = invocation;
    const isUninstalling = flags.isSet('uninstall');
    if (isUninstalling && flags.isSet('dry-run'))
      throw usageError('--uninstall and --dry-run cannot be used together', 'use only one of them');
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

/**
 * The settings of ours that hold now, but for the directories, which are named on the command line, and for what
 * the data directory has settled.
 */
function serviceEnvironment(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const ours = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      /^(?:IGNITE_(?!DATA_DIR$|RUN_DIR$|HOST_NAME$|STORE$|NAMESPACE$)|CNI_PATH$)/.test(entry[0]) &&
      entry[1] !== undefined,
  );
  return Object.fromEntries(ours.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function changeText({ path, outcome }: ServiceChange, command: readonly string[]): string {
  switch (outcome) {
    case 'enabled':
      return `Wrote and enabled ${path}: VMs are started at boot, according to their restart policies\n`;
    case 'written':
      return `Wrote ${path}, but systemd is not running on this host. Run this command at boot by other means:\n  ${command.join(' ')}\n`;
    case 'removed':
      return `Removed ${path}\n`;
    case 'absent':
      return `${path} is not installed\n`;
  }
}
