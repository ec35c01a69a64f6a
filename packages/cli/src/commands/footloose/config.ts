import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { FootlooseErrorCode } from '@ignite/legacy/footloose/config';
import { defaultImage, newConfigText } from '@ignite/legacy/footloose/new-config';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import type { Command } from '../../arguments/command.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { configFlags, configPath } from './config-file.ts';

export const footlooseConfig: Command = {
  name: 'footloose config',
  arguments: 'create',
  arity: { least: 1, most: 1 },
  summary: 'Write a configuration of Footloose',
  details: ['A file that exists is only replaced with --override.'],
  examples: [
    'ignite footloose config create --replicas 3',
    'ignite footloose config create --image ignite-debian:latest --key ./cluster-key',
  ],
  flags: {
    ...configFlags,
    override: { type: 'boolean', help: 'replace a configuration that exists' },
    name: { type: 'string', short: 'n', value: 'NAME', default: 'cluster', help: 'name of the cluster' },
    key: {
      type: 'string',
      short: 'k',
      value: 'PATH',
      default: 'cluster-key',
      help: 'private key of the cluster, which is made if it does not exist',
    },
    networks: { type: 'list', value: 'NAME', help: 'Docker networks of the machines' },
    replicas: { type: 'string', short: 'r', value: 'COUNT', default: '1', help: 'number of machines' },
    image: {
      type: 'string',
      short: 'i',
      value: 'IMAGE',
      default: defaultImage,
      help: 'image of the machines',
    },
    privileged: { type: 'boolean', help: 'privileged machines, which all VMs are' },
    cmd: { type: 'string', short: 'd', value: 'COMMAND', help: 'command of the machines' },
  },
  run: async ({ flags, args, io }) => {
    if (args[0] !== 'create')
      throw usageError(
        `unknown command "footloose config ${args[0]}"`,
        'use "ignite footloose config create"',
      );
    const path = configPath(flags, io.env);
    if (existsSync(path) && !flags.isSet('override'))
      throw new CodedError<FootlooseErrorCode>(
        'FOOTLOOSE_EXISTS',
        `configuration file at ${path} already exists`,
        { hint: 'replace it with --override, or name another one with --config' },
      );
    const replicas = flags.text('replicas') ?? '1';
    if (!/^\d{1,3}$/.test(replicas))
      throw usageError(`--replicas ${replicas}: not a number of machines`, 'use a number up to 999');
    const text = newConfigText({
      cluster: flags.text('name') ?? 'cluster',
      key: flags.text('key') ?? 'cluster-key',
      image: flags.text('image') ?? defaultImage,
      replicas: Number(replicas),
      networks: flags.list('networks').flatMap((each) => each.split(',')),
      privileged: flags.isSet('privileged'),
      command: flags.text('cmd'),
    });
    await writeFile(path, text);
    return 0;
  },
};
