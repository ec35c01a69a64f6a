import type { DoctorCheck, HostClient, ServiceChange } from '@ignite/api/client/host-client';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { Runner } from '@ignite/toolkit/process/runner';
import { examineHost, missingPackages } from '../host/doctor.ts';
import { installService, uninstallService, unitDir } from '../host/install-service.ts';
import type { ServiceUnit } from '../host/service-unit.ts';

/** This host itself. */
export class LocalHostExamination implements HostClient {
  readonly #runner: Runner;
  readonly #env: NodeJS.ProcessEnv;

  constructor(runner: Runner, env: NodeJS.ProcessEnv) {
    this.#runner = runner;
    this.#env = env;
  }

  async examine(): Promise<readonly DoctorCheck[]> {
    return await examineHost(this.#env);
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
    return await examineHost(this.#env);
  }

  installService(unit: ServiceUnit, op: ClientOperation): Promise<ServiceChange> {
    return installService(unit, { runner: this.#runner, unitDir }, op);
  }

  uninstallService(op: ClientOperation): Promise<ServiceChange> {
    return uninstallService({ runner: this.#runner, unitDir }, op);
  }
}
