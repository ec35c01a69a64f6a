import { join } from 'node:path';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { textOfFileSync } from '@ignite/toolkit/files/text-of-file-sync';
import { shapeCheck } from '@ignite/toolkit/object/shape-check';
import type { Paths } from './paths.ts';
import type { ThisHost } from './this-host.ts';

/** What a data directory keeps of its host: the files of its VMs are of no use to another host or store. */
export interface HostSettings {
  readonly name: string;
  readonly uid: string;
  /** The URL of the store that this host shares with others; without it, the store is a file of this host. */
  readonly store?: string;
}

export const settingsPath = ({ dataDir }: Paths): string => join(dataDir, 'host.json');

/** A listing reads the settings, and waits for no schema. */
const problemOf = shapeCheck({ name: '', uid: '', 'store?': '' });

/** The name of a host is that of a node of Kubernetes: a DNS subdomain (RFC 1123) that fits into a label. */
export const isHostName = (text: string): boolean =>
  text.length <= 63 && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(text);

/**
 * Returns the settings of this host, or `undefined` before the first command that acts.
 * @throws CodedError HOST_SETTINGS_INVALID
 */
export function readHostSettings(paths: Paths): HostSettings | undefined {
  const path = settingsPath(paths);
  const text = textOfFileSync(path);
  if (text === undefined) return undefined;
  const settings = parsed(text);
  const problem = settings === undefined ? 'it is not JSON' : problemOf(settings);
  if (problem !== undefined) throw invalid(path, problem);
  const found = settings as HostSettings; // the check of its shape has found it so
  if (!isHostName(found.name)) throw invalid(path, 'its name is not a host name');
  return found;
}

/** Before anything is settled there are no VMs, so anything that there may be is this host's. */
export const thisHostOf = (settings: HostSettings | undefined): ThisHost => ({
  name: settings?.name ?? '',
  isAlone: settings?.store === undefined,
});

function parsed(text: string): object | undefined {
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === 'object' && found !== null ? found : undefined;
  } catch {
    return undefined;
  }
}

const invalid = (path: string, problem: string): CodedError =>
  new CodedError('HOST_SETTINGS_INVALID', `${path} is damaged: ${problem}`, {
    hint: 'correct it: it holds the name and the uid of this host, and the URL of a store that it shares',
  });
