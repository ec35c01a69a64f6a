import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServiceChange } from '@ignite/api/client/host-client';
import type { ClientOperation } from '@ignite/api/client/progress';
import { replaceFile } from '@ignite/toolkit/files/replace-file';
import type { Runner } from '@ignite/toolkit/process/runner';
import { type ServiceUnit, renderServiceUnit } from '@ignite/api/client/service-unit';
import { disableUnit, enableUnit, hasSystemd } from './systemd.ts';

export const unitDir = '/etc/systemd/system';
const unitName = 'ignite.service';

/** The place of the service's unit, and the runner that makes systemd read it. */
export interface ServicePorts {
  readonly runner: Runner;
  readonly unitDir: string;
}

/** Makes systemd start VMs at each boot. If systemd does not run, only the file is written. */
export async function installService(
  unit: ServiceUnit,
  host: ServicePorts,
  { signal }: ClientOperation,
): Promise<ServiceChange> {
  const path = join(host.unitDir, unitName);
  await mkdir(host.unitDir, { recursive: true, mode: 0o755 });
  await replaceFile(path, renderServiceUnit(unit), 0o644);
  if (!hasSystemd()) return { path, outcome: 'written' };
  await enableUnit(unitName, host.runner, signal);
  return { path, outcome: 'enabled' };
}

/** Removes the service. Running VMs keep running. */
export async function uninstallService(
  host: ServicePorts,
  { signal }: ClientOperation,
): Promise<ServiceChange> {
  const path = join(host.unitDir, unitName);
  if (!existsSync(path)) return { path, outcome: 'absent' };
  if (hasSystemd()) await disableUnit(unitName, host.runner, signal);
  await rm(path, { force: true });
  return { path, outcome: 'removed' };
}
