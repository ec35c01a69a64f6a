import { readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ClientOperation } from '@ignite/api/client/progress';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { openWorkspace } from '@ignite/toolkit/files/workspace';
import { type Runner, ToolFailedError } from '@ignite/toolkit/process/runner';
import * as v from 'valibot';
import type { Paths } from '../host/paths.ts';
import {
  credentialHelper,
  type DockerConfig,
  parseDockerConfig,
  saysPlainHttp,
  serverOf,
} from './docker-config.ts';
import { credentialHelperFailed, registryConfigInvalid, registryInsecure } from './errors.ts';
import { insecureRegistries, isOnThisHost } from './insecure-registries.ts';
import type { RegistryAccess } from './skopeo.ts';

export interface RegistryDeps {
  readonly paths: Paths;
  readonly runner: Runner;
  readonly env: NodeJS.ProcessEnv;
}

interface AccessRequest {
  readonly registry: string;
  readonly registryConfigDir?: string;
  readonly prefix?: string;
}

export const notFound = 'credentials not found in native keychain'; // docker-credential-helpers(1)
const credentialsSchema = v.looseObject({ Username: v.string(), Secret: v.string() });

/**
 * Determines how to access a registry, from Docker's config.json in `registryConfigDir`, $DOCKER_CONFIG or
 * the user's home. Credentials from a helper are in a private file until disposed, below a folder whose name begins with `prefix`. The
 * caller holds the lock that allows one such folder at a time, which is that of the layout unless another prefix is given.
 * @throws CodedError REGISTRY_INSECURE, REGISTRY_CONFIG_INVALID, CREDENTIAL_HELPER_FAILED
 */
export async function openRegistryAccess(
  { registry, registryConfigDir, prefix = 'registry-auth-' }: AccessRequest,
  deps: RegistryDeps,
  { signal, report }: ClientOperation,
): Promise<RegistryAccess & AsyncDisposable> {
  const listed = insecureRegistries(deps.env).includes(registry);
  const insecure = listed || isOnThisHost(registry);
  const { file, isNamed } = dockerConfigFile(registryConfigDir, deps.env);
  const config = await readConfig(file);
  if (saysPlainHttp(config, registry) && !insecure) throw registryInsecure(registry);
  if (listed)
    report({
      kind: 'warning',
      message: `registry ${registry} is listed as insecure: its identity is not verified`,
    });
  const credentials = await askHelper({ file, config, registry, mustWork: isNamed }, deps, {
    signal,
    report,
  });
  if (credentials === undefined && !isNamed)
    return { insecure, [Symbol.asyncDispose]: () => Promise.resolve() };
  const workspace = await openWorkspace(deps.paths.runDir, prefix);
  const authFile = join(workspace.path, 'auth.json');
  const { auths } = config;
  const content = credentials === undefined ? { auths: auths ?? {} } : { auths: { [registry]: credentials } };
  await writeFile(authFile, JSON.stringify(content), { mode: 0o600 });
  return { authFile, insecure, [Symbol.asyncDispose]: () => workspace[Symbol.asyncDispose]() };
}

/** Docker's config.json, and whether somebody has named the folder that it is in. */
export function dockerConfigFile(
  registryConfigDir: string | undefined,
  env: NodeJS.ProcessEnv,
): { readonly file: string; readonly isNamed: boolean } {
  const named = registryConfigDir ?? (env['DOCKER_CONFIG'] || undefined);
  const file = join(named ?? join(env['HOME'] || homedir(), '.docker'), 'config.json');
  return { file, isNamed: named !== undefined };
}

async function readConfig(file: string): Promise<DockerConfig> {
  try {
    return parseDockerConfig(await readFile(file, 'utf8'));
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw registryConfigInvalid(file, failure);
  }
}

interface Asked {
  readonly file: string;
  readonly config: DockerConfig;
  readonly registry: string;
  /**
   * Set for a config that was named explicitly: a config that is merely found in a home may concern other
   * registries.
   */
  readonly mustWork: boolean;
}

/**
 * Asks the configured helper. Returns the credentials in the form of `auths`, or `undefined` if no helper is
 * configured or the helper has none.
 */
async function askHelper(
  { file, config, registry, mustWork }: Asked,
  { runner }: RegistryDeps,
  { signal, report }: ClientOperation,
): Promise<object | undefined> {
  const helper = credentialHelper(config, registry);
  if (helper === undefined) return undefined;
  const tool = `docker-credential-${helper}`;
  try {
    if (!/^[\w.-]+$/.test(helper)) throw new RangeError(`${JSON.stringify(helper)} is not a program name`);
    const { stdout } = await runner.run({ tool, args: ['get'], stdin: serverOf(registry) }, signal);
    const { Username, Secret } = v.parse(credentialsSchema, JSON.parse(stdout));
    return Username === '<token>'
      ? { identitytoken: Secret }
      : { auth: Buffer.from(`${Username}:${Secret}`).toString('base64') };
  } catch (failure) {
    signal.throwIfAborted();
    const said = failure instanceof ToolFailedError ? `${failure.stdout}${failure.stderr}`.trim() : '';
    if (said.includes(notFound)) return undefined;
    const failed = credentialHelperFailed({ tool, file, said: said || reasonOf(failure) }, failure);
    if (mustWork) throw failed;
    report({ kind: 'warning', message: `${failed.message}: continuing without credentials` });
    return undefined;
  }
}

/** Returns the reason of a failure. Other output of a helper may contain a secret, so it is not shown. */
const reasonOf = (failure: unknown): string =>
  failure instanceof CodedError || failure instanceof RangeError
    ? errorText(failure)
    : 'its answer is invalid';
