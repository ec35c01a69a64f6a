import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after } from 'node:test';
import { buffer } from 'node:stream/consumers';

const names = ['kubectl', 'kubectl.1.27', 'kubectl.1.30', 'kubectl.1.33'];

const pathOf = (name: string): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));

/** The kubectls on the search path: the plain one, and those whose names tell their versions. */
export const kubectls: readonly string[] = names.map(pathOf).filter((path) => path !== undefined);

const home = mkdtempSync(join(tmpdir(), 'kubectl-'));
after(() => rmSync(home, { recursive: true, force: true }));

/** Starts a kubectl that asks a server. */
export const startKubectl = (kubectl: string, url: string, args: readonly string[]) =>
  start(kubectl, [`--server=${url}`, ...args]);

/** Runs a kubectl to its end. */
export const runKubectl = async (
  kubectl: string,
  url: string,
  args: readonly string[],
  input: string | Uint8Array = '',
) => await run(startKubectl(kubectl, url, args), input);

/** Runs a kubectl in a terminal of 33 rows and 77 columns. */
export async function runInTerminal(kubectl: string, url: string, args: readonly string[]) {
  const line = `stty rows 33 cols 77; ${[kubectl, `--server=${url}`, ...args].join(' ')}`;
  return await run(start('script', ['-q', '-e', '-c', line, '/dev/null']), '');
}

const start = (tool: string, args: readonly string[]) =>
  spawn(tool, args, {
    stdio: 'pipe',
    env: { HOME: home, KUBECONFIG: '/dev/null', PATH: process.env['PATH'] },
  });

async function run(child: ChildProcessWithoutNullStreams, input: string | Uint8Array) {
  child.stdin.on('error', () => {}); // it need not read all
  child.stdin.end(input);
  const ended = new Promise<number | null>((resolve) => void child.once('close', resolve));
  const [stdout, stderr, code] = await Promise.all([buffer(child.stdout), buffer(child.stderr), ended]);
  return { stdout, stderr: stderr.toString(), code };
}
