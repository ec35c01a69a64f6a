import type { InstalledVmm } from '@ignite/api/client/host-client';
import { igniteVersion } from '@ignite/api/ignite-version';
import { parseNodeArch } from '@ignite/api/v1/node-arch';
import type { Command } from '../../arguments/command.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { installedVmms } from '../../context.ts';
import { printDocument } from '../../render/objects.ts';

export const version: Command = {
  name: 'version',
  arguments: '',
  arity: { least: 0, most: 0 },
  summary: 'Show the version of Ignite and of the installed VMMs',
  examples: ['ignite version', 'ignite version -o short', 'ignite version -o json'],
  flags: { output: { type: 'string', short: 'o', value: 'FORMAT', help: 'short, json or yaml' } },
  run: async ({ flags, io, signal }) => {
    const output = flags.text('output');
    switch (output) {
      case 'short':
        io.out.write(`v${igniteVersion}\n`);
        return 0;
      case 'json':
      case 'yaml':
        await printDocument(versionDocument(await installedVmms(signal)), output, io);
        return 0;
      case undefined: {
        const vmms = await installedVmms(signal);
        const named = vmms.map((vmm) => `${titles[vmm.name]} ${vmm.version}`).join(', ');
        io.out.write(
          `Ignite version: ${igniteVersion} (Node ${process.version}, ${process.arch})\nVMM version: ${named || 'none installed'}\n`,
        );
        return 0;
      }
      default:
        throw usageError(`invalid output format: ${output}`, 'use short, json or yaml');
    }
  },
};

const titles: Readonly<Record<InstalledVmm['name'], string>> = { qemu: 'QEMU', firecracker: 'Firecracker' };

/** Pure. With the keys of the original, whose only VMM was Firecracker: which one it is here stands beside its version. */
export function versionDocument(vmms: readonly InstalledVmm[]): object {
  const [major, minor] = igniteVersion.split('.');
  const [first] = vmms;
  return {
    igniteVersion: {
      major,
      minor,
      gitVersion: `v${igniteVersion}`,
      platform: `linux/${parseNodeArch(process.arch)}`,
      nodeVersion: process.version,
    },
    firecrackerVersion: first ? { gitVersion: `v${first.version}`, vmm: first.name } : null,
    vmms,
  };
}
