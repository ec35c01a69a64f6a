import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { release, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ignitedConfigurationPath } from '@ignite/api/ignited/ignited-configuration-path';
import { recordResources, resources } from '@ignite/api/resources';
import { forSupport, withoutCredentials } from '@ignite/api/support/for-support';
import { errorText } from '@ignite/toolkit/errors/error-text';
import type { Command, Invocation } from '../../arguments/command.ts';
import { defaultConfigurationPath } from '../../configuration.ts';
import { writeArchive } from '../../files/archive-output.ts';
import { assertLocal, examineHost, installedVmms, readIfAllowed } from '../../context.ts';
import { versionDocument } from './version.ts';

const defaultOutput = 'ignite-support.tar.gz';
/** The most lines of the log of each service. */
const logLines = 5_000;

export const supportBundle: Command = {
  name: 'support-bundle',
  arguments: '',
  arity: { least: 0, most: 0 },
  summary: 'Collect what helps others to find the cause of a problem, without secrets',
  details: [
    'The archive has the versions, the checks of "ignite doctor", the configuration, all objects, the events, and the log of the services. Values of Secrets, ConfigMaps, annotations and environments, commands, and what is passed to guests are left out, and so is what looks like a key, a token or a password. It has no consoles and no disks of VMs. Look through it before you give it to others.',
  ],
  examples: ['sudo ignite support-bundle', 'sudo ignite support-bundle -o /tmp/web.tar.gz'],
  flags: {
    config: {
      type: 'string',
      value: 'FILE',
      default: ignitedConfigurationPath,
      help: 'configuration file of ignited',
    },
    output: {
      type: 'string',
      short: 'o',
      value: 'FILE',
      default: defaultOutput,
      help: 'file that the archive is written to',
    },
  },
  run: async (invocation) => {
    await assertLocal(invocation, '"ignite support-bundle"');
    const { flags, io, signal } = invocation;
    const output = resolve(flags.text('output') ?? defaultOutput);
    const { localRunner } = await import('@ignite/toolkit/process/local-runner');
    const dir = await mkdtemp(join(tmpdir(), 'ignite-support-'));
    try {
      for (const [name, read] of Object.entries(parts))
        await writeFile(join(dir, name), await read(invocation).catch(unread), { mode: 0o600 });
      const args = ['--create', '--gzip', '--directory', dir, ...Object.keys(parts)];
      await writeArchive(output, async (archive) => {
        const onStdout = (part: Buffer): unknown => archive.write(part);
        await localRunner.run({ tool: 'tar', args, onStdout }, signal);
      });
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
    io.out.write(`${output}\n`);
    return 0;
  },
};

/** What cannot be read is told of in its place: the rest may be of use. */
const unread = (failure: unknown): string =>
  withoutCredentials(`it could not be read: ${errorText(failure)}\n`);

/** Returns a value as JSON, without what is only its owner's. */
const json = (value: unknown): string => `${JSON.stringify(forSupport(value), undefined, 2)}\n`;

type Part = (invocation: Invocation) => Promise<string>;

/** The files of the archive, and what each of them holds. */
const parts: Readonly<Record<string, Part>> = {
  'version.json': async ({ signal }) =>
    json({ ...versionDocument(await installedVmms(signal)), kernel: release() }),
  'doctor.json': async (invocation) => json({ checks: await examineHost(invocation) }),
  'objects.json': async (invocation) => {
    const kinds = [...resources, ...recordResources].map(({ group, kind }) => ({ group, kind }));
    const lists = await readIfAllowed(invocation, (client) =>
      Promise.all(kinds.map(async (kind) => (await client.stored.list(kind)).items)),
    );
    return json((lists ?? []).flat());
  },
  'ignited.yaml': async ({ flags }) =>
    await configurationAt(flags.text('config') ?? ignitedConfigurationPath),
  'config.yaml': async ({ flags, io }) =>
    await configurationAt(flags.text('ignite-config') ?? io.env['IGNITE_CONFIG'] ?? defaultConfigurationPath),
  'log.txt': async ({ signal }) => {
    const { localRunner } = await import('@ignite/toolkit/process/local-runner');
    const units = ['ignite.service', 'ignited.service'].flatMap((unit) => ['--unit', unit]);
    const args = ['--no-pager', '--quiet', '--output=short-iso', `--lines=${logLines}`, ...units];
    return withoutCredentials((await localRunner.run({ tool: 'journalctl', args }, signal)).stdout);
  },
};

/** A configuration is read as data, so that its defaults for VMs are hidden as those of VMs are. */
async function configurationAt(path: string): Promise<string> {
  if (!existsSync(path)) return `there is no ${path}\n`;
  const { parse } = await import('yaml');
  return json(parse(await readFile(path, 'utf8')));
}
