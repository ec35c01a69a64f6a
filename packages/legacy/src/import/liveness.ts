import { connect } from 'node:net';
import { join } from 'node:path';
import { findProcesses } from '@ignite/toolkit/process/find-processes';

/**
 * Tells whether the original still runs a VM: its metrics socket answers, or one of its processes names the
 * VM.
 */
export async function isAlive(vm: { readonly uid: string; readonly dir: string }): Promise<boolean> {
  return (await answers(join(vm.dir, 'prometheus.sock'))) || (await hasProcess(vm.uid));
}

/**
 * Tells whether a socket answers. The socket file alone says nothing, since it remains when a host loses
 * power.
 */
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
  const found = await findProcesses(
    ([program = '', ...args]) =>
      /(^|\/)(firecracker|ignite-spawn)$/.test(program) && args.some((arg) => arg.includes(uid)),
  );
  return found.length > 0;
}
