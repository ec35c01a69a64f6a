import type { LegacyClient, LegacyImportRequest, LegacyResult } from '@ignite/api/client/legacy-client';
import type { ClientOperation } from '@ignite/api/client/progress';
import { importLegacy } from '../legacy/import-legacy.ts';
import type { LocalHost } from './local-client.ts';

/** What the original has left on this host. */
export class LocalLegacy implements LegacyClient {
  readonly #host: LocalHost;

  constructor(host: LocalHost) {
    this.#host = host;
  }

  import(request: LegacyImportRequest, op: ClientOperation): Promise<readonly LegacyResult[]> {
    return importLegacy(request, this.#host, op);
  }
}
