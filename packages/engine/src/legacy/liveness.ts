import { readFile, readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';

/** Whether the original still runs a VM: its metrics socket answers, or one of its processes names the VM. */
export async function isAlive(vm: { readonly uid: string; readonly dir: string }): Promise<boolean> {
  return (await answers(join(vm.dir, 'prometheus.sock'))) || (await hasProcess(vm.uid));
}

/** A socket file alone says nothing: one stays behind when a host loses its power. */
async function answers(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(path)
    .once('connect', () => resolve(true))
    .once('error', () => resolve(false));
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
}

async function hasProcess(uid: string): Promise<boolean> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return lines.some((line) => {
    const [program = '', ...args] = line.split('\0');
    return /(^|\/)(firecracker|ignite-spawn)$/.test(program) && args.some((arg) => arg.includes(uid));
  });
}
