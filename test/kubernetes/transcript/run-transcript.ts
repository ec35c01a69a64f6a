import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { readKubeconfig } from '../../../packages/toolkit/src/client/over-http/kubeconfig.ts';
import type { ServerAccess } from '../../../packages/toolkit/src/client/over-http/server-access.ts';
import { manifests } from './manifests.ts';
import { normalised } from './normalised.ts';

/** What a command printed, and how it ended. */
export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const namespace = 'garden';
/** A command that waits for ever is ended after this time, in milliseconds. */
const patienceMs = 240_000;

/**
 * Runs commands one after the other on the server that a kubeconfig leads to.
 * @param files are those that the commands find in their folder
 */
export async function runTranscript(
  kubectl: string,
  kubeconfig: string,
  commands: readonly string[],
  files: Readonly<Record<string, object>> = manifests,
): Promise<readonly Answer[]> {
  const dir = mkdtempSync(join(tmpdir(), 'transcript-'));
  try {
    const access = await readKubeconfig(kubeconfig);
    const env = environment(dir, kubectl, access, files);
    const answers: Answer[] = [];
    for (const command of commands) {
      const { code, stdout, stderr } = await answered(command, { cwd: join(dir, 'work'), env });
      const names = { SERVER: access.url.replace('https://', ''), FOLDER: dir };
      answers.push({ code, stdout: normalised(stdout, names), stderr: normalised(stderr, names) });
    }
    return answers;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function environment(
  dir: string,
  kubectl: string,
  access: ServerAccess,
  files: Readonly<Record<string, object>>,
): NodeJS.ProcessEnv {
  const folders = ['bin', 'work', 'home'].map((name) => join(dir, name));
  for (const folder of folders) mkdirSync(folder);
  const [bin, work, home] = folders as [string, string, string];
  symlinkSync(kubectl, join(bin, 'kubectl'));
  for (const [name, manifest] of Object.entries(files))
    writeFileSync(join(work, name), JSON.stringify(manifest, undefined, 2));
  const { cert, key } = access.tls ?? {};
  const user = { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) };
  return {
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    HOME: home,
    KUBECONFIG: written(join(dir, 'kubeconfig'), access, user),
    NOBODY: written(join(dir, 'nobody'), access, {}),
  };
}

function written(path: string, { url, tls }: ServerAccess, user: object): string {
  const ca = base64(tls?.ca);
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'test', cluster: { server: url, 'certificate-authority-data': ca } }],
    users: [{ name: 'test', user }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace } }],
  };
  writeFileSync(path, JSON.stringify(config));
  return path;
}

const base64 = (pem: unknown): string => Buffer.from(String(pem)).toString('base64');

async function answered(
  command: string,
  place: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<Answer> {
  const child = spawn('bash', ['-c', command], {
    ...place,
    detached: true, // in a process group of its own, which ends as a whole
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const patience = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), patienceMs);
  const ended = once(child, 'close');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await ended) as [number | null];
  clearTimeout(patience);
  return { code: code ?? -1, stdout, stderr };
}
