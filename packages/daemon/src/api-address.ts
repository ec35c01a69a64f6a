import { rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { Server as TlsServer } from 'node:tls';
import { mastersGroup } from '@ignite/apiserver/authorization/decide';
import { CertificateFolder, type TlsCredentials } from '@ignite/apiserver/certificates/certificate-folder';
import { kubeconfigText } from '@ignite/apiserver/certificates/kubeconfig';
import type { ApiOptions } from '@ignite/apiserver/server/api-handler';
import { type ServedApi, serveApi } from '@ignite/apiserver/server/serve-api';
import type { Clock } from '@ignite/toolkit/clock/clock';
import { replaceFile } from '@ignite/toolkit/files/replace-file';

/** The time for which the administrator's certificate is valid. */
const adminMs = 90 * 24 * 3_600_000;
const adminName = 'ignite-admin';

export interface ApiAddress {
  readonly host: string;
  readonly port: number;
}

export interface AddressOptions {
  readonly api: ApiOptions;
  readonly address: ApiAddress;
  /** The folder with the keys of the API. */
  readonly dir: string;
  readonly clock: Clock;
}

export interface ApiAtAddress extends ServedApi {
  /** The name or address at which clients find it best. */
  readonly host: string;
  readonly port: number;
  /** Renews the certificates. */
  readonly renew: (signal: AbortSignal) => Promise<void>;
}

/** The kubeconfig is there as long as the API is served. */
const kubeconfigOf = (dir: string): string => join(dir, 'kubeconfig');

/** Serves an API at an address with TLS, and writes a kubeconfig for its administrator, who may do everything. */
export async function serveApiAddress(
  { api, address, dir, clock }: AddressOptions,
  signal: AbortSignal,
): Promise<ApiAtAddress> {
  const certificates = new CertificateFolder(dir, clock);
  const names = namesOf(address.host);
  const tls = await certificates.serverCredentials(names, signal);
  const served = await serveApi(api, { ...address, tls });
  const { port } = served.server.address() as AddressInfo;
  const writeKubeconfig = async (until: AbortSignal): Promise<void> => {
    const subject = { name: adminName, organizations: [mastersGroup] };
    const credentials = await certificates.clientCredentials(subject, adminMs, until);
    const server = `https://${urlHost(names[0]!)}:${port}`;
    const text = kubeconfigText({ server, user: adminName, credentials });
    await replaceFile(kubeconfigOf(dir), text, 0o600);
  };
  await writeKubeconfig(signal);
  const renew = async (until: AbortSignal): Promise<void> => {
    replaceCredentials(served, await certificates.serverCredentials(names, until));
    await writeKubeconfig(until);
  };
  const end = async (): Promise<void> => {
    await rm(kubeconfigOf(dir), { force: true });
    await served[Symbol.asyncDispose]();
  };
  return { server: served.server, host: names[0]!, port, [Symbol.asyncDispose]: end, renew };
}

/** Connections that are open keep the certificate that they began with. */
function replaceCredentials({ server }: ServedApi, tls: TlsCredentials): void {
  if (server instanceof TlsServer) server.setSecureContext(tls);
}

const anyAddress = ['0.0.0.0', '::'];

/** Returns the names and addresses at which clients find a server that listens at `host`, the best one first. */
function namesOf(host: string): readonly string[] {
  const local = ['127.0.0.1', '::1', 'localhost', hostname()];
  if (!anyAddress.includes(host)) return [...new Set([host, ...local])];
  const own = Object.values(networkInterfaces()).flatMap((addresses = []) =>
    addresses.filter(({ internal, scopeid }) => !internal && !scopeid).map(({ address }) => address),
  );
  return [...new Set([...own, ...local])];
}

const urlHost = (name: string): string => (name.includes(':') ? `[${name}]` : name);
