import { renderDaemonSocket, renderDaemonUnit } from '@ignite/api/client/daemon-units';
import type { ServiceChange, UnitFile } from '@ignite/api/client/host-client';
import { allocatorEnvironment } from '@ignite/api/ignited/allocator-environment';
import { renderServiceUnit } from '@ignite/api/client/service-unit';
import type { Command, Invocation } from '../../arguments/command.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { apiSocketOf, ownCommand, pathsOf, withClient } from '../../context.ts';
import { daemonCommand } from '../../daemon-command.ts';

/** All units that this command may have installed. */
const unitNames = ['ignited.service', 'ignited.socket', 'ignite.service'] as const;

export const installService: Command = {
  name: 'install-service',
  arguments: '',
  arity: { least: 0, most: 0 },
  summary: 'Install systemd services that start VMs at boot and serve the API',
  details: [
    'Writes and enables /etc/systemd/system/ignite.service, which runs "ignite restore" with the current directories and environment variables of Ignite. VMs keep running when the service is stopped.',
    'With --api, it writes and enables ignited.service and ignited.socket too: ignited serves the Kubernetes API and runs every declared GitSource and Sync. Its settings are in /etc/ignite/ignited.yaml. "systemctl reload ignited" reads them again.',
  ],
  examples: [
    'ignite install-service',
    'ignite install-service --api',
    'ignite install-service --dry-run',
    'ignite install-service --uninstall',
  ],
  flags: {
    api: { type: 'boolean', help: 'install ignited with the Kubernetes API too' },
    uninstall: { type: 'boolean', help: 'remove the services; VMs are not affected' },
    'dry-run': { type: 'boolean', help: 'print the unit files, without installing them' },
  },
  run: async (invocation) => {
    const { flags, io } = invocation;
    const isUninstalling = flags.isSet('uninstall');
    for (const other of ['dry-run', 'api'])
      if (isUninstalling && flags.isSet(other))
        throw usageError(`--uninstall and --${other} cannot be used together`, 'use only one of them');
    const units = unitsFor(invocation);
    if (flags.isSet('dry-run')) {
      const isOne = units.length === 1;
      io.out.write(units.map(({ name, text }) => (isOne ? text : `# ${name}\n${text}`)).join('\n'));
      return 0;
    }
    const changes = await withClient(invocation, (client, op) =>
      isUninstalling ? client.host.uninstallService(unitNames, op) : client.host.installService(units, op),
    );
    const isNothing = changes.every(({ outcome }) => outcome === 'absent');
    const told = isNothing ? changes.slice(-1) : changes.filter(({ outcome }) => outcome !== 'absent');
    io.out.write(told.map(changeText).join(''));
    if (changes.some(({ outcome }) => outcome === 'written')) io.out.write(otherwise(invocation));
    return 0;
  },
};

function unitsFor({ flags, io }: Invocation): readonly UnitFile[] {
  const paths = pathsOf(flags, io.env);
  const environment = serviceEnvironment(io.env);
  const restore = renderServiceUnit({ command: [...ownCommand(paths), 'restore'], environment });
  const daemon = renderDaemonUnit({
    command: [...daemonCommand(paths), '--api'],
    environment: { ...environment, ...allocatorEnvironment },
  });
  return [
    { name: 'ignite.service', text: restore },
    ...(flags.isSet('api')
      ? [
          { name: 'ignited.service', text: daemon },
          { name: 'ignited.socket', text: renderDaemonSocket(apiSocketOf({ flags, io })) },
        ]
      : []),
  ];
}

/** What to do where systemd does not run. */
function otherwise({ flags, io }: Invocation): string {
  const paths = pathsOf(flags, io.env);
  const commands = [
    [...ownCommand(paths), 'restore'],
    ...(flags.isSet('api') ? [[...daemonCommand(paths), '--api']] : []),
  ];
  const what = commands.length === 1 ? 'this command' : 'these commands';
  return `systemd is not running on this host. Run ${what} at boot by other means:\n${commands.map((words) => `  ${words.join(' ')}\n`).join('')}`;
}

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

function changeText({ path, outcome }: ServiceChange): string {
  switch (outcome) {
    case 'enabled':
      return `Wrote and enabled ${path}, which is started at boot\n`;
    case 'written':
      return `Wrote ${path}\n`;
    case 'removed':
      return `Removed ${path}\n`;
    case 'absent':
      return `${path} is not installed\n`;
  }
}
