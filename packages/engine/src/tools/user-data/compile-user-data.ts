import { gunzipSync } from 'node:zlib';
import { parseYaml, plainValue } from '@ignite/toolkit/codec/parse-yaml';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { issueTexts } from '@ignite/toolkit/schema/issue-text';
import { quotedWord } from '@ignite/toolkit/text/shell-word';
import * as v from 'valibot';
import { type CpioEntry, file } from '../kernel/cpio.ts';
import {
  type CloudConfig,
  type CloudConfigFile,
  type CloudConfigUser,
  type Command,
  cloudConfigSchema,
} from './cloud-config.ts';
import { UserDataRefused, fillTemplate } from './fill-template.ts';

/** The most that all files together may become. A small text says much by compression and by aliases. */
const mostContent = 16 * 2 ** 20;
/** The file by which bootstrap providers of Cluster API tell that a machine is a node. */
const sentinel = '/run/cluster-api/bootstrap-success.complete';

/**
 * Pure. Returns what guest/bootstrap reads to carry out the user data of a VM whose image has no cloud-init: the scripts
 * `bootcmd`, `setup` and `runcmd`, the contents of files, and `sentinel` if the commands are to make that file. What is
 * not known is refused by its name, in the only file `refused`.
 */
export function compileUserData(userData: string, metaData: string): readonly CpioEntry[] {
  try {
    return compile(parseCloudConfig(fillTemplate(userData, () => readYaml(metaData, 'the meta-data'))));
  } catch (failure) {
    if (!(failure instanceof UserDataRefused)) throw failure;
    return [file('refused', printable(failure.message), 0o600)];
  }
}

/** A report of the guest has one line of ASCII, of limited length. */
const printable = (text: string): string => text.replaceAll(/[^\x20-\x7e]+/g, ' ').slice(0, 1_000);

function parseCloudConfig(text: string): CloudConfig {
  if (!/^#cloud-config\s*$/.test(text.split('\n', 1)[0]!))
    throw new UserDataRefused('the user data does not begin with "#cloud-config"');
  const parsed = v.safeParse(cloudConfigSchema, readYaml(text, 'the user data') ?? {});
  if (parsed.success) return parsed.output;
  throw new UserDataRefused(issueTexts(parsed.issues, 'user data').join('; '));
}

function readYaml(text: string, what: string): unknown {
  const [document, second] = parseYaml(text);
  if (second) throw new UserDataRefused(`${what}: there must be one document only`);
  const fault = document?.errors[0];
  if (fault) throw new UserDataRefused(`${what}: ${fault.message.split('\n', 1)[0]}`);
  try {
    return document && plainValue(document);
  } catch (failure) {
    throw new UserDataRefused(`${what}: ${errorText(failure)}`);
  }
}

function compile(config: CloudConfig): readonly CpioEntry[] {
  const { bootcmd, write_files: files, users, mounts, runcmd } = config;
  const setup = [
    ...files.map(({ path, owner, permissions, append }, at) =>
      call('put_file', path, `file-${at}`, owner, permissions, append ? 'append' : 'replace'),
    ),
    ...users.flatMap(userCalls),
    ...ntpCalls(config.ntp),
    ...mounts.map((fields) => call('add_mount', ...mountFields(fields))),
  ];
  const commands = script(runcmd);
  let left = mostContent;
  const contents = files.map((each) => {
    const content = contentOf(each, left);
    left -= content.length;
    if (left < 0) throw tooMuch(each.path);
    return content;
  });
  return [
    ...(bootcmd.length > 0 ? [file('bootcmd', script(bootcmd), 0o700)] : []),
    file('setup', setup.map((each) => `${each}\n`).join(''), 0o600),
    ...contents.map((content, at) => file(`file-${at}`, content, 0o600)),
    ...(runcmd.length > 0 ? [file('runcmd', commands, 0o700)] : []),
    ...(commands.includes(sentinel) ? [file('sentinel', `${sentinel}\n`, 0o600)] : []),
  ];
}

const call = (name: string, ...words: readonly string[]): string =>
  ['step', name, ...words.map(quotedWord)].join(' ');

const script = (commands: readonly Command[]): string =>
  ['#!/bin/sh', ...commands.map(commandLine)].map((line) => `${line}\n`).join('');

const commandLine = (command: Command): string =>
  typeof command === 'string' ? command : command.map(quotedWord).join(' ');

/** Returns the content of a file. It is unpacked up to a limit. */
function contentOf({ path, content, encoding }: CloudConfigFile, limit: number): Buffer {
  if (encoding === 'plain') return Buffer.from(content);
  const bytes = Buffer.from(content, encoding === 'gzip' ? 'latin1' : 'base64');
  if (encoding === 'base64') return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: Math.max(limit, 1) });
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooMuch(path);
    throw new UserDataRefused(`the content of ${path} cannot be unpacked: ${errorText(failure)}`);
  }
}

const tooMuch = (path: string): UserDataRefused =>
  new UserDataRefused(`with the content of ${path}, the files have more than ${mostContent} bytes`);

function userCalls(user: CloudConfigUser): readonly string[] {
  const { name, gecos, groups, primary_group: group, homedir, shell, passwd } = user;
  const options = [
    ...(gecos === undefined ? [] : ['--comment', gecos]),
    ...(groups.length > 0 ? ['--groups', groups.join(',')] : []),
    ...(group === undefined ? [] : ['--gid', group]),
    ...(homedir === undefined ? [] : ['--home-dir', homedir]),
    ...(shell === undefined ? [] : ['--shell', shell]),
  ];
  return [
    ...[...groups, ...(group === undefined ? [] : [group])].map((each) => call('add_group', each)),
    call('add_user', name, ...options),
    ...(passwd === undefined ? [] : [call('set_password', name, passwd)]),
    ...(user.lock_passwd ? [call('lock_password', name)] : []),
    ...user.sudo.map((rule) => call('allow_sudo', name, rule)),
    ...user.ssh_authorized_keys.map((key) => call('authorize_key', name, key)),
  ];
}

function ntpCalls(ntp: CloudConfig['ntp']): readonly string[] {
  if (!ntp?.enabled) return [];
  return [call('use_time_servers', [...ntp.servers, ...ntp.pools].join(' '))];
}

/** The defaults of cloud-init, which also knows disks by their names in /dev. */
function mountFields([device = '', ...rest]: readonly string[]): readonly string[] {
  const given = [/^(sd|vd|xvd|nvme)\w*$/.test(device) ? `/dev/${device}` : device, ...rest];
  const defaults = ['', '', 'auto', 'defaults,nofail', '0', '2'];
  return defaults.map((each, at) => given[at] ?? each);
}
