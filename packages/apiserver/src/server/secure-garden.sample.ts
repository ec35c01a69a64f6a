import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@ignite/toolkit/clock/clock';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { CertificateFolder, type TlsCredentials } from '../certificates/certificate-folder.ts';
import type { ApiOptions } from './api-handler.ts';
import { type GardenServer, serveGarden } from './api-server.sample.ts';

/** The certificate of a server on this host, and the authority that made it. */
interface Certified extends TlsCredentials, AsyncDisposable {
  /** Makes a certificate for a user. */
  readonly certificateOf: (user: string, ...groups: readonly string[]) => Promise<TlsCredentials>;
}

/** Makes a certificate for a server. */
export async function withCertificate(): Promise<Certified> {
  const dir = await mkdtemp(join(tmpdir(), 'server-certificate-'));
  const folder = new CertificateFolder(dir, systemClock);
  const { signal } = new AbortController();
  return {
    ...(await folder.serverCredentials(['127.0.0.1'], signal)),
    certificateOf: async (name, ...organizations) =>
      await folder.clientCredentials({ name, organizations }, 60_000, signal),
    [Symbol.asyncDispose]: async () => await rm(dir, { recursive: true }),
  };
}

/** A server of a garden with TLS, and the authority of its certificate. */
export interface SecureGarden extends GardenServer, Pick<Certified, 'ca' | 'certificateOf'> {
  readonly store: MemoryStore;
}

/** Serves a garden as `serveGarden` does, with TLS. */
export async function serveSecureGarden(changed: Partial<ApiOptions> = {}): Promise<SecureGarden> {
  const { [Symbol.asyncDispose]: dispose, certificateOf, ...tls } = await withCertificate();
  const store = new MemoryStore();
  const garden = await serveGarden(store, changed, tls);
  return {
    ...garden,
    ...{ store, certificateOf, ca: tls.ca },
    [Symbol.asyncDispose]: async () => {
      await garden[Symbol.asyncDispose]();
      await dispose();
    },
  };
}
