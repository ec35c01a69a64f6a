import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { newUid } from '@ignite/toolkit/object/uid';
import * as v from 'valibot';
import { type Paths, storePath } from './paths.ts';
import type { ThisHost } from './this-host.ts';

/** The name of a host is that of a node of Kubernetes: a DNS subdomain (RFC 1123) that fits into a label. */
const hostName = v.pipe(
  v.string(),
  v.maxLength(63),
  v.regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/),
);

const settingsSchema = v.object({
  name: hostName,
  uid: v.pipe(v.string(), v.nonEmpty()),
  /** The URL of the store that this host shares with others; without it, the store is a file of this host. */
  store: v.optional(v.string()),
});

/** What a data directory keeps of its host: the files of its VMs are of no use to another host or store. */
export type HostSettings = v.InferOutput<typeof settingsSchema>;

const settingsPath = ({ dataDir }: Paths): string => join(dataDir, 'host.json');

/**
 * Returns the settings of this host for a command that only reads. Before the first command that acts, they
 * are those that it would settle on.
 * @throws CodedError HOST_SETTINGS_INVALID
 */
export function readHostSettings(paths: Paths, env: NodeJS.ProcessEnv): HostSettings {
  return storedSettings(paths) ?? newSettings(env);
}

/**
 * Returns the settings of this host, and keeps them for good if they are not settled yet.
 * @throws CodedError HOST_SETTINGS_INVALID, HOST_NAME_INVALID, HOST_NAME_SETTLED, STORE_SETTLED
 */
export function settleHostSettings(paths: Paths, env: NodeJS.ProcessEnv): HostSettings {
  const settings = storedSettings(paths) ?? keptSettings(newSettings(env), paths);
  const { IGNITE_HOST_NAME: name, IGNITE_STORE: store } = env;
  if (name !== undefined && name !== settings.name) throw nameSettled(name, settings.name, paths);
  if (store !== undefined && store !== settings.store) throw storeSettled(paths);
  return settings;
}

export const thisHostOf = ({ name, store }: HostSettings): ThisHost => ({
  name,
  isAlone: store === undefined,
});

function storedSettings(paths: Paths): HostSettings | undefined {
  const path = settingsPath(paths);
  try {
    return v.parse(settingsSchema, JSON.parse(readFileSync(path, 'utf8')));
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new CodedError('HOST_SETTINGS_INVALID', `cannot read ${path}`, {
      hint: 'correct it: it holds the name and the uid of this host',
      cause: failure,
    });
  }
}

/** Another first command may be faster, so whatever is there afterwards counts. */
function keptSettings(settings: HostSettings, paths: Paths): HostSettings {
  // An older version has stored VMs in the file.
  if (settings.store !== undefined && existsSync(storePath(paths))) throw storeSettled(paths);
  const path = settingsPath(paths);
  const draft = `${path}.${settings.uid}`;
  writeFileSync(draft, `${JSON.stringify(settings)}\n`, { mode: 0o644, flush: true });
  try {
    linkSync(draft, path);
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code !== 'EEXIST') throw failure;
  } finally {
    rmSync(draft);
  }
  return storedSettings(paths) ?? settings;
}

function newSettings(env: NodeJS.ProcessEnv): HostSettings {
  const asked = env['IGNITE_HOST_NAME'];
  if (asked !== undefined && !v.is(hostName, asked))
    throw new CodedError('HOST_NAME_INVALID', `IGNITE_HOST_NAME: not a host name: ${JSON.stringify(asked)}`, {
      hint: 'use at most 63 lower-case letters, digits, dashes and dots',
    });
  const store = env['IGNITE_STORE'];
  return { name: asked ?? nameOfMachine(hostname()), uid: newUid(), ...(store !== undefined && { store }) };
}

/** Pure. Returns the name of the machine in the form that a host's name has. */
export function nameOfMachine(machine: string): string {
  const labels = machine
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]/g, '-')
    .slice(0, 63)
    .split('.')
    .map((label) => label.replaceAll(/^-+|-+$/g, ''));
  return labels.filter(Boolean).join('.') || 'host';
}

const nameSettled = (asked: string, name: string, { dataDir }: Paths): CodedError =>
  new CodedError(
    'HOST_NAME_SETTLED',
    `IGNITE_HOST_NAME is "${asked}", but ${dataDir} is that of host "${name}"`,
    {
      hint: 'unset IGNITE_HOST_NAME, or use another data directory: the VMs there are bound to the name',
    },
  );

const storeSettled = (paths: Paths): CodedError =>
  new CodedError('STORE_SETTLED', `IGNITE_STORE is not the store of ${paths.dataDir}`, {
    hint: `unset IGNITE_STORE, or use another data directory; if the same store has moved, edit ${settingsPath(paths)}`,
  });
