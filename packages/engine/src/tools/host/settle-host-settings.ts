import { chownSync, existsSync, linkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { newUid } from '@ignite/toolkit/object/uid';
import { type HostSettings, isHostName, readHostSettings, settingsPath } from './host-settings.ts';
import { type Paths, storePath } from './paths.ts';

/**
 * Returns the settings of this host. The first command that acts settles them for good.
 * @throws CodedError HOST_SETTINGS_INVALID, HOST_NAME_INVALID, HOST_NAME_SETTLED, STORE_SETTLED
 */
export function settleHostSettings(paths: Paths, env: NodeJS.ProcessEnv): HostSettings {
  const settings = readHostSettings(paths) ?? keptSettings(newSettings(env), paths);
  const { IGNITE_HOST_NAME: name, IGNITE_STORE: store } = env;
  if (name !== undefined && name !== settings.name) throw nameSettled(name, settings.name, paths);
  if (store !== undefined && store !== settings.store) throw storeSettled(paths);
  admitGroup(paths);
  return settings;
}

/** Another first command may be faster, so whatever is there afterwards counts. */
function keptSettings(settings: HostSettings, paths: Paths): HostSettings {
  // An older version has stored VMs in the file.
  if (settings.store !== undefined && existsSync(storePath(paths))) throw storeSettled(paths);
  const path = settingsPath(paths);
  const draft = `${path}.${settings.uid}`;
  try {
    writeFileSync(draft, `${JSON.stringify(settings)}\n`, { mode: 0o640, flush: true });
    linkSync(draft, path);
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code !== 'EEXIST') throw failure;
  } finally {
    rmSync(draft, { force: true });
  }
  return readHostSettings(paths) ?? settings;
}

/** Lets the group of the data directory read the settings, as it may read the snapshot of the store. */
function admitGroup(paths: Paths): void {
  const [{ uid, gid }, settings] = [statSync(paths.dataDir), statSync(settingsPath(paths))];
  if (settings.gid !== gid) chownSync(settingsPath(paths), uid, gid);
}

function newSettings({ IGNITE_HOST_NAME: name, IGNITE_STORE: store }: NodeJS.ProcessEnv): HostSettings {
  if (name !== undefined && !isHostName(name))
    throw new CodedError('HOST_NAME_INVALID', `IGNITE_HOST_NAME: not a host name: ${JSON.stringify(name)}`, {
      hint: 'use at most 63 lower-case letters, digits, dashes and dots',
    });
  return { name: name ?? nameOfMachine(hostname()), uid: newUid(), ...(store !== undefined && { store }) };
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
    { hint: 'unset IGNITE_HOST_NAME, or use another data directory: the VMs there are bound to the name' },
  );

const storeSettled = (paths: Paths): CodedError =>
  new CodedError('STORE_SETTLED', `IGNITE_STORE is not the store of ${paths.dataDir}`, {
    hint: `unset IGNITE_STORE, or use another data directory; if the same store has moved, edit ${settingsPath(paths)}`,
  });
