import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServiceChange, UnitFile } from '@ignite/api/client/host-client';
import type { ClientOperation } from '@ignite/api/client/progress';
import { replaceFile } from '@ignite/toolkit/files/replace-file';
import type { Runner } from '@ignite/toolkit/process/runner';
import { disableUnit, enableUnits, hasSystemd } from './systemd.ts';

export const unitDir = '/etc/systemd/system';

/** The folder of units, and the runner that makes systemd read them. */
export interface ServicePorts {
  readonly runner: Runner;
  readonly unitDir: string;
}

/** Makes systemd start units at each boot. If systemd does not run, only the files are written. */
export async function installService(
  units: readonly UnitFile[],
  { runner, unitDir: dir }: ServicePorts,
  { signal }: ClientOperation,
): Promise<readonly ServiceChange[]> {
  await mkdir(dir, { recursive: true, mode: 0o755 });
  for (const { name, text } of units) await replaceFile(join(dir, name), text, 0o644);
  if (hasSystemd())
    await enableUnits(
      units.map(({ name }) => name),
      runner,
      signal,
    );
  const outcome = hasSystemd() ? 'enabled' : 'written';
  return units.map(({ name }) => ({ path: join(dir, name), outcome }));
}

/** Removes units. Running VMs keep running. */
export async function uninstallService(
  names: readonly string[],
  { runner, unitDir: dir }: ServicePorts,
  { signal }: ClientOperation,
): Promise<readonly ServiceChange[]> {
  const remove = async (name: string): Promise<ServiceChange> => {
    const path = join(dir, name);
    if (!existsSync(path)) return { path, outcome: 'absent' };
    if (hasSystemd()) await disableUnit(name, runner, signal);
    await rm(path, { force: true });
    return { path, outcome: 'removed' };
  };
  const changes: ServiceChange[] = [];
  for (const name of names) changes.push(await remove(name));
  return changes;
}
