import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ignite } from '../test/e2e/fixtures/ignite.ts';
import { imageArchive } from '../test/e2e/fixtures/images.ts';
import { readBarePort, receive, writeBarePort } from './bare-port.ts';
import { compare, timed } from './measure.ts';

const subnet = 217;
const blocks = 384;
/** A log keeps 16 MiB, and what is encrypted in an emulated guest is slow. */
const fewBlocks = 96;
const rounds = 3;
const aim = 0.8;

/**
 * Measures the throughput of a guest's streams, in comparison with a bare virtio-serial port of QEMU on the
 * same machine.
 */
export async function benchStreams(): Promise<void> {
  await using ignite = await Ignite.openWithKernel(subnet);
  const run = await runTimes(ignite);
  const runRate = { output: rateOf(blocks, run['bareOutput']!), input: rateOf(blocks, run['bareInput']!) };
  reportRate('run -i, standard output', rateOf(blocks, run['output']!), runRate.output);
  reportRate('run -i, standard input', rateOf(blocks, run['input']!), runRate.input);
  reportRate('logs', rateOf(fewBlocks, run['logs']!), runRate.output);
  const ssh = await sshTimes(ignite);
  const sshRate = { output: rateOf(blocks, ssh['bareOutput']!), input: rateOf(blocks, ssh['bareInput']!) };
  reportRate('exec, standard output', rateOf(fewBlocks, ssh['output']!), sshRate.output);
  reportRate('exec, standard input', rateOf(fewBlocks, ssh['input']!), sshRate.input);
  reportRate('cp out of a VM', rateOf(fewBlocks, ssh['out']!), sshRate.output);
  reportRate('cp into a VM', rateOf(fewBlocks, ssh['in']!), sshRate.input);
}

/** The bare ports take turns with each path, since the speed of an emulated machine varies with its host's load. */
const bare = (ignite: Ignite) => ({
  bareOutput: () => writeBarePort(ignite, blocks),
  bareInput: () => readBarePort(ignite, blocks),
});

async function runTimes(ignite: Ignite): Promise<Readonly<Record<string, number>>> {
  await ignite.ok('image', 'import', `oci-archive:${imageArchive('busybox')}`);
  const run = (script: string, ...flags: readonly string[]): ChildProcess =>
    start(ignite, 'run', '-i', ...flags, 'busybox', '--', 'sh', '-c', script);
  const output = async (): Promise<number> => {
    const child = run(write(blocks));
    await once(child.stdout!, 'readable');
    const time = await timed(() => receive(child.stdout!, blocks * 65_536));
    await once(child, 'exit');
    return time;
  };
  const input = async (): Promise<number> => {
    const child = run(`echo; ${read(blocks)}; echo`);
    await receive(child.stdout!, 1);
    const time = await timed(async () => {
      child.stdin!.end(Buffer.alloc(blocks * 65_536));
      await receive(child.stdout!, 1);
    });
    await once(child, 'exit');
    return time;
  };
  await ignite.ok('run', '-i', '--name', 'logged', 'busybox', '--', 'sh', '-c', write(fewBlocks));
  const logs = (): Promise<number> => timed(async () => void (await ignite.ok('logs', 'logged')));
  return await compare(rounds, { ...bare(ignite), output, input, logs });
}

async function sshTimes(ignite: Ignite): Promise<Readonly<Record<string, number>>> {
  const image = `oci-archive:${imageArchive('debian')}`;
  await ignite.ok('run', image, '--ssh', '--name', 'vm', '--memory', '1GB');
  await ignite.ok('exec', 'vm', 'true'); // opens the connection that commands share
  const file = join(ignite.dir, 'file');
  writeFileSync(file, Buffer.alloc(fewBlocks * 65_536));
  const output = (): Promise<number> =>
    timed(async () => {
      const child = start(ignite, 'exec', 'vm', write(fewBlocks));
      child.stdout!.resume();
      await once(child, 'exit');
    });
  const input = (): Promise<number> =>
    timed(async () => {
      const child = start(ignite, 'exec', 'vm', read(fewBlocks));
      child.stdin!.end(Buffer.alloc(fewBlocks * 65_536));
      await once(child, 'exit');
    });
  return await compare(rounds, {
    ...bare(ignite),
    output,
    input,
    in: () => timed(async () => void (await ignite.ok('cp', file, 'vm:/var/tmp/file'))),
    out: () => timed(async () => void (await ignite.ok('cp', 'vm:/var/tmp/file', join(ignite.dir, 'back')))),
  });
}

const write = (count: number): string => `dd if=/dev/zero bs=64k count=${count} 2>/dev/null`;
const read = (count: number): string => `dd bs=64k count=${count} iflag=fullblock of=/dev/null 2>/dev/null`;

const start = (ignite: Ignite, ...args: readonly string[]): ChildProcess =>
  spawn(join(import.meta.dirname, '../bin/ignite'), args, {
    env: ignite.env,
    stdio: ['pipe', 'pipe', 'ignore'],
  });

/** Returns MiB per second. */
const rateOf = (count: number, ms: number): number => count / 16 / (ms / 1_000);

function reportRate(what: string, ours: number, bare: number): void {
  const ratio = ours / bare;
  const mark = ratio >= aim ? 'ok' : 'under';
  console.log(
    `${what.padEnd(26)} ${ours.toFixed(1).padStart(7)} MiB/s   a bare port ${bare.toFixed(1).padStart(7)} MiB/s   ratio ${ratio.toFixed(2)} (aim ${aim.toFixed(2)}, ${mark})`,
  );
}
