import { stat } from 'node:fs/promises';
import type { DoctorCheck, HostClient, ServiceChange, UnitFile } from '@ignite/api/client/host-client';
import type { Host } from '@ignite/api/v1/host';
import { hostKind } from '@ignite/api/v1/object-kinds';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { ThisHost } from '../../tools/host/this-host.ts';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { Runner } from '@ignite/toolkit/process/runner';
import { examineHost, missingPackages } from '../../tools/doctor/doctor.ts';
import { managementCheck } from '../../tools/doctor/management-check.ts';
import { firewallCheck } from '../../tools/doctor/firewall-check.ts';
import { lostPodsCheck } from '../../tools/doctor/lost-pods-check.ts';
import { findLostPods } from '../../pod/lost-pods.ts';
import type { StoreAdministration } from '../../tools/store/store-administration.ts';
import { installService, uninstallService, unitDir } from '../../tools/host/install-service.ts';
import type { Paths } from '../../tools/host/paths.ts';
import type { Network } from '../../tools/network/network.ts';

/** The group whose members may read the state of VMs without being root. */
const lookersGroup = 'ignite';

interface ExaminerPorts {
  readonly runner: Runner;
  readonly network: Network;
  readonly env: NodeJS.ProcessEnv;
  readonly paths: Paths;
  readonly objects: ObjectClient;
  readonly self: ThisHost;
  readonly administration: StoreAdministration;
}

/** Examines and repairs this host. */
export class HostExaminer implements HostClient {
  readonly #runner: Runner;
  readonly #network: Network;
  readonly #env: NodeJS.ProcessEnv;
  readonly #paths: Paths;
  readonly #objects: ObjectClient;
  readonly #self: ThisHost;
  readonly #administration: StoreAdministration;

  constructor({ runner, network, env, paths, objects, self, administration }: ExaminerPorts) {
    this.#runner = runner;
    this.#network = network;
    this.#env = env;
    this.#paths = paths;
    this.#objects = objects;
    this.#self = self;
    this.#administration = administration;
  }

  async examine(signal: AbortSignal): Promise<readonly DoctorCheck[]> {
    const hosts = new KindClient<Host>(this.#objects, hostKind);
    const self = await hosts.find({ name: this.#self.name }, { signal });
    const lost = await findLostPods(this.#paths, this.#administration, signal);
    const checks = [...(await examineHost(this.#env)), ...managementCheck(self), ...lostPodsCheck(lost)];
    if (!canFilter(checks)) return checks;
    return [...checks, firewallCheck(await this.#network.examineFirewall(signal))];
  }

  async fix(op: ClientOperation): Promise<readonly DoctorCheck[]> {
    const packages = missingPackages(await examineHost(this.#env));
    if (packages.length > 0) {
      op.report({ kind: 'step', message: `Installing ${packages.join(', ')}` });
      const env = { DEBIAN_FRONTEND: 'noninteractive' };
      await this.#runner.run({ tool: 'apt-get', args: ['update', '-q'], env }, op.signal);
      await this.#runner.run(
        { tool: 'apt-get', args: ['install', '-q', '-y', '--no-install-recommends', ...packages], env },
        op.signal,
      );
    }
    await this.#admitLookers(op);
    if (canFilter(await examineHost(this.#env))) await this.#network.restoreFirewall(op.signal);
    return await this.examine(op.signal);
  }

  /** Lets the readers' group read the data directory, if its group is root. Another group stays. */
  async #admitLookers({ report, signal }: ClientOperation): Promise<void> {
    const { dataDir } = this.#paths;
    if ((await stat(dataDir)).gid !== 0) return;
    report({ kind: 'step', message: `Giving the group ${lookersGroup} read access` });
    await this.#runner.run({ tool: 'groupadd', args: ['--force', '--system', lookersGroup] }, signal);
    await this.#runner.run({ tool: 'chgrp', args: [lookersGroup, dataDir] }, signal);
  }

  installService(units: readonly UnitFile[], op: ClientOperation): Promise<readonly ServiceChange[]> {
    return installService(units, { runner: this.#runner, unitDir }, op);
  }

  uninstallService(names: readonly string[], op: ClientOperation): Promise<readonly ServiceChange[]> {
    return uninstallService(names, { runner: this.#runner, unitDir }, op);
  }
}

/** Pure. Tells whether packet filters can be checked: without `nft`, they cannot. */
const canFilter = (checks: readonly DoctorCheck[]): boolean =>
  checks.some(({ name, state }) => name === 'nft' && state === 'ok');
