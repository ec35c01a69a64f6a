import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import * as v from 'valibot';
import { parse } from 'yaml';
import { CodedError } from '../../errors/coded-error.ts';
import { issueText } from '../../schema/issue-text.ts';
import type { ServerAccess, ServerTls } from './server-access.ts';

const clusterSchema = v.object({
  server: v.string(),
  'certificate-authority': v.optional(v.string()),
  'certificate-authority-data': v.optional(v.string()),
  'insecure-skip-tls-verify': v.optional(v.boolean()),
  'tls-server-name': v.optional(v.string()),
  'proxy-url': v.optional(v.string()),
});

const userSchema = v.object({
  token: v.optional(v.string()),
  tokenFile: v.optional(v.string()),
  'client-certificate': v.optional(v.string()),
  'client-certificate-data': v.optional(v.string()),
  'client-key': v.optional(v.string()),
  'client-key-data': v.optional(v.string()),
  username: v.optional(v.string()),
  exec: v.optional(v.unknown()),
  'auth-provider': v.optional(v.unknown()),
});

const contextSchema = v.object({
  cluster: v.string(),
  user: v.optional(v.string(), ''),
  namespace: v.optional(v.string()),
});

const configSchema = v.object({
  'current-context': v.optional(v.string(), ''),
  clusters: v.array(v.object({ name: v.string(), cluster: clusterSchema })),
  contexts: v.array(v.object({ name: v.string(), context: contextSchema })),
  users: v.optional(v.nullable(v.array(v.object({ name: v.string(), user: v.nullable(userSchema) })))),
});

type Cluster = v.InferOutput<typeof clusterSchema>;
type User = v.InferOutput<typeof userSchema>;

/**
 * Reads how a server is reached from a kubeconfig file.
 * @param context names one of the file's contexts; the default is its current one
 * @throws CodedError KUBECONFIG_INVALID
 */
export async function readKubeconfig(path: string, context?: string): Promise<ServerAccess> {
  const config = await parsed(path);
  const name = context ?? config['current-context'];
  const chosen = config.contexts.find((each) => each.name === name)?.context;
  if (!chosen) throw invalid(path, `has no context "${name}"`);
  const cluster = config.clusters.find((each) => each.name === chosen.cluster)?.cluster;
  if (!cluster) throw invalid(path, `has no cluster "${chosen.cluster}"`);
  const user = config.users?.find((each) => each.name === chosen.user)?.user ?? {};
  refuseWhatIsNotSupported(path, cluster, user);
  const token = tokenOf(path, user);
  return {
    url: cluster.server,
    tls: await tlsOf(path, cluster, user),
    ...(chosen.namespace !== undefined && { namespace: chosen.namespace }),
    ...(token && { token }),
  };
}

async function parsed(path: string): Promise<v.InferOutput<typeof configSchema>> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw invalid(path, 'cannot be read', cause);
  });
  const content = parsedYaml(path, text);
  const result = v.safeParse(configSchema, content);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw invalid(path, `is no kubeconfig: ${v.getDotPath(issue) ?? 'it'}: ${issueText(issue)}`);
}

function parsedYaml(path: string, text: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    throw invalid(path, 'is not YAML', cause);
  }
}

function refuseWhatIsNotSupported(path: string, cluster: Cluster, user: User): void {
  const found = [
    cluster['proxy-url'] !== undefined && 'proxy-url',
    user.exec !== undefined && 'exec',
    user['auth-provider'] !== undefined && 'auth-provider',
    user.username !== undefined && 'username',
  ].find((field) => field !== false);
  if (found !== undefined)
    throw invalid(path, `uses ${found}, which is not supported`, undefined, 'use a token or a certificate');
}

async function tlsOf(path: string, cluster: Cluster, user: User): Promise<ServerTls> {
  const ca = await pemOf(path, cluster['certificate-authority-data'], cluster['certificate-authority']);
  const cert = await pemOf(path, user['client-certificate-data'], user['client-certificate']);
  const key = await pemOf(path, user['client-key-data'], user['client-key']);
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(cluster['tls-server-name'] !== undefined && { servername: cluster['tls-server-name'] }),
    ...(cluster['insecure-skip-tls-verify'] === true && { rejectUnauthorized: false }),
  };
}

/** Returns what is in the file itself as base64, or else the content of the file that it names. */
async function pemOf(path: string, data?: string, file?: string): Promise<string | undefined> {
  if (data !== undefined) return Buffer.from(data, 'base64').toString('utf8');
  return file === undefined ? undefined : await readBeside(path, file);
}

function tokenOf(path: string, { token, tokenFile }: User): (() => Promise<string>) | undefined {
  if (tokenFile !== undefined) return async () => (await readBeside(path, tokenFile)).trim();
  return token === undefined ? undefined : async () => token;
}

async function readBeside(path: string, file: string): Promise<string> {
  return await readFile(resolve(dirname(path), file), 'utf8').catch((cause: unknown) => {
    throw invalid(path, `names ${file}, which cannot be read`, cause);
  });
}

const invalid = (
  path: string,
  problem: string,
  cause?: unknown,
  hint = 'correct the file, or name another one',
): CodedError<'KUBECONFIG_INVALID'> =>
  new CodedError('KUBECONFIG_INVALID', `${path} ${problem}`, { hint, cause });
