import { chown, mkdir, mkdtemp, readFile, realpath, rm, stat } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { Credentials, KeptIn, LoginPlace } from '@ignite/api/client/registry-client';
import { replaceFile } from '@ignite/toolkit/files/replace-file';
import { type Runner, ToolFailedError } from '@ignite/toolkit/process/runner';
import {
  type ConfigDocument,
  authKeys,
  credentialHelper,
  parseConfigDocument,
  parseDockerConfig,
  serverOf,
  userOf,
  withAuth,
} from './docker-config.ts';
import { credentialHelperFailed, loginFailed, registryConfigInvalid } from './errors.ts';
import { insecureRegistries, isOnThisHost } from './insecure-registries.ts';
import { dockerConfigFile, notFound } from './registry-access.ts';

export interface LoginDeps {
  readonly runner: Runner;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Returns the user who last logged in to the registry, if that is known.
 * @throws CodedError REGISTRY_CONFIG_INVALID
 */
export async function knownUser(place: LoginPlace, { env }: LoginDeps): Promise<string | undefined> {
  const { file } = dockerConfigFile(place.registryConfigDir, env);
  return userOf(parseDockerConfig(JSON.stringify(await readDocument(file))), place.registry);
}

/**
 * Makes the registry check the credentials, and keeps them where Docker does: with the helper that
 * config.json names, or in config.json. Everything else in the file is kept.
 * @throws CodedError REGISTRY_AUTH, REGISTRY_UNREACHABLE, REGISTRY_CONFIG_INVALID, CREDENTIAL_HELPER_FAILED
 */
export async function logIn(
  place: LoginPlace,
  credentials: Credentials,
  deps: LoginDeps,
  op: ClientOperation,
): Promise<KeptIn> {
  const { registry, registryConfigDir } = place;
  const { file, isNamed } = dockerConfigFile(registryConfigDir, deps.env);
  const document = await readDocument(file);
  const helper = helperOf(document, registry);
  await checkCredentials(registry, credentials, deps, op);
  const { username, password } = credentials;
  if (helper === undefined) {
    const auth = Buffer.from(`${username}:${password}`).toString('base64');
    await writeDocument(file, withAuth(document, registry, { auth }));
  } else {
    const Secret = password;
    const stdin = JSON.stringify({ ServerURL: serverOf(registry), Username: username, Secret });
    await callHelper({ helper, file, action: 'store', stdin }, deps, op.signal);
    await writeDocument(file, withAuth(document, registry, {})); // Docker lists the registry there too
  }
  if (!isNamed) await tellOthers(registry, deps, op);
  return helper === undefined ? { kind: 'file', file } : { kind: 'helper', helper: toolOf(helper) };
}

/**
 * Forgets the credentials for a registry. Returns whether there were any.
 * @throws CodedError REGISTRY_CONFIG_INVALID, CREDENTIAL_HELPER_FAILED
 */
export async function logOut(place: LoginPlace, deps: LoginDeps, op: ClientOperation): Promise<boolean> {
  const { registry, registryConfigDir } = place;
  const { file, isNamed } = dockerConfigFile(registryConfigDir, deps.env);
  const document = await readDocument(file);
  const isListed = authKeys(parseDockerConfig(JSON.stringify(document)), registry).length > 0;
  const helper = helperOf(document, registry);
  const wasKept =
    helper !== undefined &&
    (await callHelper({ helper, file, action: 'erase', stdin: serverOf(registry) }, deps, op.signal));
  if (isListed) await writeDocument(file, withAuth(document, registry, undefined));
  if (!isNamed) await tellOthers(registry, deps, op);
  return isListed || wasKept;
}

async function readDocument(file: string): Promise<ConfigDocument> {
  try {
    return parseConfigDocument(await readFile(file, 'utf8'));
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw registryConfigInvalid(file, failure);
  }
}

/** Writes the file so that only its owner can read it. If the file is a symbolic link, the link is kept. */
async function writeDocument(file: string, document: ConfigDocument): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const path = await realpath(file).catch(() => file);
  const before = await stat(path).catch(() => undefined);
  await replaceFile(path, `${JSON.stringify(document, null, '\t')}\n`, 0o600);
  if (before) await chown(path, before.uid, before.gid);
}

const helperOf = (document: ConfigDocument, registry: string): string | undefined =>
  credentialHelper(parseDockerConfig(JSON.stringify(document)), registry);

/**
 * Makes the registry check the credentials. skopeo writes them to a file that is removed afterwards, because
 * it would drop what it does not know from Docker's file.
 * @throws CodedError REGISTRY_AUTH, REGISTRY_UNREACHABLE
 */
async function checkCredentials(
  registry: string,
  { username, password }: Credentials,
  { runner, env }: LoginDeps,
  { signal, report }: ClientOperation,
): Promise<void> {
  report({ kind: 'step', message: `Logging in to ${registry}` });
  const isInsecure = insecureRegistries(env).includes(registry) || isOnThisHost(registry);
  const dir = await mkdtemp(join(tmpdir(), 'ignite-login-'));
  const args = [
    ...['login', `--authfile=${join(dir, 'auth.json')}`, `--username=${username}`, '--password-stdin'],
    ...(isInsecure ? ['--tls-verify=false'] : []),
    registry,
  ];
  try {
    await runner.run({ tool: 'skopeo', args, stdin: password }, signal);
  } catch (failure) {
    throw loginFailed(registry, failure);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

interface HelperCall {
  readonly helper: string;
  /** The file that names the helper. */
  readonly file: string;
  readonly action: 'store' | 'erase';
  readonly stdin: string;
}

const toolOf = (helper: string): string => `docker-credential-${helper}`;

/**
 * Calls a credential helper, and returns whether it knew the credentials. Its output is shown to nobody,
 * since it may contain a secret.
 * @throws CodedError CREDENTIAL_HELPER_FAILED
 */
async function callHelper(
  { helper, file, action, stdin }: HelperCall,
  { runner }: LoginDeps,
  signal: AbortSignal,
): Promise<boolean> {
  const tool = toolOf(helper);
  if (!/^[\w.-]+$/.test(helper))
    throw credentialHelperFailed({ tool, file, said: 'that is no name of a program' }, undefined);
  try {
    await runner.run({ tool, args: [action], stdin }, signal);
    return true;
  } catch (failure) {
    if (!(failure instanceof ToolFailedError)) throw failure;
    if (action === 'erase' && `${failure.stdout}${failure.stderr}`.includes(notFound)) return false;
    const said = `"${basename(tool)} ${action}" ended with ${failure.exitCode ?? 'a signal'}`;
    throw credentialHelperFailed({ tool, file, said }, undefined);
  }
}

/**
 * Warns about credentials in the files of Podman, which skopeo reads before Docker's
 * (containers-auth.json(5)). A login in those files is not ours to change.
 */
async function tellOthers(registry: string, { env }: LoginDeps, { report }: ClientOperation): Promise<void> {
  const runtimeDir = env['XDG_RUNTIME_DIR'];
  const files = [
    ...(env['REGISTRY_AUTH_FILE'] ? [env['REGISTRY_AUTH_FILE']] : []),
    runtimeDir
      ? join(runtimeDir, 'containers/auth.json')
      : `/run/containers/${process.getuid?.() ?? 0}/auth.json`,
    join(env['XDG_CONFIG_HOME'] || join(env['HOME'] || homedir(), '.config'), 'containers/auth.json'),
  ];
  for (const file of files) {
    const config = await readFile(file, 'utf8').then(parseDockerConfig, () => undefined);
    if (config && authKeys(config, registry).length > 0)
      report({
        kind: 'warning',
        message: `${file} has credentials for ${registry} too, which are tried first: "skopeo logout ${registry}" removes them`,
      });
  }
}
