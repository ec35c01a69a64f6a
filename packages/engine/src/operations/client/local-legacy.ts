import type { LegacyClient, LegacyImportRequest, LegacyResult } from '@ignite/api/client/legacy-client';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { EnginePorts } from '../../vm/engine-ports.ts';

/** Imports the original's data on this host. */
export class LocalLegacy implements LegacyClient {
  readonly #host: EnginePorts;

  constructor(host: EnginePorts) {
    this.#host = host;
  }

  async import(request: LegacyImportRequest, op: ClientOperation): Promise<readonly LegacyResult[]> {
    const { importLegacy } = await import('../legacy/import-legacy.ts'); // imported lazily, because other commands need no YAML
    return await importLegacy(request, this.#host, op);
  }
}
