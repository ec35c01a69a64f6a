import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { type Balancer, balancerName } from '@ignite/api/host-pod/host-pod';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { replaceFile } from '@ignite/toolkit/files/replace-file';
import { textOfFile } from '@ignite/toolkit/files/text-of-file';
import { bytes } from '@ignite/toolkit/units/bytes';
import { haproxyConfig } from '../tools/balancer/haproxy-config.ts';
import { findProgram } from '../tools/host/find-program.ts';
import type { SandboxSpec } from '../tools/sandbox/sandbox.ts';
import { type ProgramLook, type ReconciledProgram, keepProgram, soonMs } from './keep-program.ts';
import { type PodNetwork, type ProgramPlace, endProgram } from './launch-program.ts';
import type { ProgramFiles } from './pod-files.ts';

const program = '/usr/sbin/haproxy';
const configDir = '/etc/haproxy';
const configName = 'haproxy.cfg';
const memoryLimit = bytes(128 * 2 ** 20);
const silenceMs = 5_000;

/** Keeps the HAProxy of a pod running, and gives it another configuration without breaking the connections that it has. */
export async function reconcileBalancer(
  balancer: Balancer,
  network: PodNetwork,
  place: ProgramPlace,
  look: ProgramLook,
): Promise<ReconciledProgram> {
  const { signal } = look;
  const { files, identity, sandbox } = place;
  const found = await findProgram('haproxy');
  if (found === undefined)
    throw new CodedError('TOOL_MISSING', 'the program "haproxy" is not installed', {
      hint: 'install the package haproxy',
    });
  const config = haproxyConfig(balancer, network.address);
  const spec = balancerSandbox(found, network, place);
  const { reachedAt: _reachedAt, ...seen } = network;
  const isReady = async (): Promise<boolean> =>
    await accepts(network.reachedAt ?? network.address, balancer.port, signal);
  const kept = await keepProgram(
    {
      name: balancerName,
      fingerprint: digestOf(JSON.stringify([spec.argv, found, seen])),
      isReadyAtOnce: false,
      isReady,
      launch: async (note) => {
        await endProgram(identity.uid, sandbox, signal);
        await mkdir(dirname(files.log), { recursive: true, mode: 0o700 });
        await mkdir(configOf(files).dir, { recursive: true, mode: 0o755 });
        await replaceFile(files.launchNote, JSON.stringify(note), 0o600);
        await writeConfig(config, files);
        await replaceFile(configOf(files).loaded, digestOf(config), 0o600);
        await sandbox.launch(spec, signal);
      },
    },
    place,
    look,
  );
  // An HAProxy that does not accept connections yet may not know the signal yet either.
  if (!kept.status.isReady || (await textOfFile(configOf(files).loaded)) === digestOf(config)) return kept;
  const observed = await sandbox.observe(identity.uid);
  if (observed.state !== 'running') return { ...kept, waitMs: soonMs };
  await writeConfig(config, files);
  process.kill(observed.pid, 'SIGUSR2');
  // The note comes last: a process that dies before it has the signal sent again.
  await replaceFile(configOf(files).loaded, digestOf(config), 0o600);
  return kept;
}

/** The folder with the configuration, which HAProxy sees, and the note of which one it was told to load. */
const configOf = ({ runDir }: ProgramFiles) => ({
  dir: join(runDir, 'config'),
  loaded: join(runDir, 'loaded'),
});

/** There is no secret in it, and the user of the sandbox has to read it. */
const writeConfig = async (config: string, files: ProgramFiles): Promise<void> =>
  await replaceFile(join(configOf(files).dir, configName), config, 0o644);

/** Its first process stays, and starts another one for each configuration: -W. */
const balancerSandbox = (
  found: string,
  { netnsPath }: PodNetwork,
  { files, identity }: ProgramPlace,
): SandboxSpec => ({
  uid: identity.uid,
  runtime: 'conmon',
  argv: [program, '-W', '-db', '-f', `${configDir}/${configName}`],
  environ: {},
  user: identity.user,
  netnsPath,
  usesIp: true,
  mounts: [
    { source: found, target: program, writable: false },
    { source: configOf(files).dir, target: configDir, writable: false },
  ],
  devices: [],
  memoryLimit,
  cpuLimit: 1,
  logPath: files.log,
  exitCommand: [],
});

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Tells whether somebody accepts connections at a port. */
async function accepts(host: string, port: number, signal: AbortSignal): Promise<boolean> {
  const until = AbortSignal.any([signal, AbortSignal.timeout(silenceMs)]);
  const socket = connect({ host, port, signal: until });
  try {
    await once(socket, 'connect', { signal: until });
    return true;
  } catch {
    signal.throwIfAborted();
    return false;
  } finally {
    socket.destroy();
  }
}
