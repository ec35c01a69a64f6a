import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { vmKind } from '@ignite/api/v1/object-kinds';
import { apiVersion } from '@ignite/api/v1/group';
import { vmSpecSchema } from '@ignite/api/v1/vm';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import type { Command } from '@ignite/toolkit/process/runner';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import * as v from 'valibot';
import { hostArch } from '../../tools/host/arch.ts';
import { kernelDir } from '../../tools/host/paths.ts';
import type { NetworkObservation } from '../../tools/network/network.ts';
import type { SandboxObservation } from '../../tools/sandbox/sandbox.ts';
import { StoreAdministration } from '../../tools/store/store-administration.ts';
import { qemu } from '../../tools/vmm/qemu/qemu.ts';
import type { Vmm } from '../../tools/vmm/vmm.ts';
import type { VmPorts } from '../vm-ports.ts';

/** The uid of the VM of a `World`, whose name is `web`. */
export const uid = '0123456789abcdef';

/** Who acts at the moment. A controller may not change a spec, which is a wish of somebody else. */
export const actor = new AsyncLocalStorage<'writer' | 'controller'>();

/** What really is, as the tools of a host would show it. */
export interface World {
  sandbox: SandboxObservation;
  network: NetworkObservation;
  isPaused: boolean;
  /** Counts how often a guest began to run, which is when its disk begins to change. */
  runs: number;
  nowMs: number;
  /** The part of all launches and attachments that fails. */
  faults: number;
}

/** Returns a host whose tools only change a `World`, at moments that `random` chooses. `dir` receives its folder. */
export async function worldOf(
  random: () => number,
  dir: string,
): Promise<{ readonly host: VmPorts; readonly world: World }> {
  const runDir = mkdtempSync(join(dir, 'host-'));
  const paths = { dataDir: join(runDir, 'data'), runDir };
  const world: World = {
    sandbox: { state: 'absent' },
    network: { state: 'absent' },
    isPaused: false,
    runs: 0,
    nowMs: Date.parse('2026-01-01T12:00:00Z'),
    faults: 0.15,
  };
  const work = async (mayFail = false): Promise<void> => {
    for (let turns = Math.floor(random() * 4); turns > 0; turns--) await turn();
    if (mayFail && random() < world.faults) throw new Error('a tool has failed');
  };
  const nic = { name: 'eth0', tap: 'tap0', mac: '02:00:00:00:00:01', mtu: 1500 };
  const attachment = {
    netnsPath: join(runDir, 'netns'),
    nics: [{ ...nic, addresses: ['10.9.0.2/16'], routes: [] }],
    dns: [],
  };
  const end = (exitCode: number): void => {
    if (world.sandbox.state === 'running') world.sandbox = { state: 'exited', exitCode };
    world.isPaused = false;
  };
  const self = { name: 'a', isAlone: true };
  const store = await storeWithContent(join(runDir, 'base.ext4'));
  const administration = new StoreAdministration(store, { paths, self });
  const host = {
    paths,
    env: {},
    guestDir: join(import.meta.dirname, '../../../../../guest'),
    streamsProgram: '/bin/true',
    commandProgram: '/bin/true',
    administration,
    objects: administration.objects,
    self,
    settleCommand: ['/bin/true'],
    clock: {
      now: () => world.nowMs,
      sleep: async (ms: number): Promise<void> => {
        world.nowMs += ms;
        await turn();
      },
    },
    accel: async () => ({ kind: 'kvm' }),
    runner: { run: (command: Command) => runTool(command) },
    vmms: {
      qemu: {
        ...qemu,
        program: () => '/bin/true',
        boot: async (): Promise<void> => {
          await work();
          world.runs += 1;
        },
        version: async () => '1',
        saveState: async (_sockets, target): Promise<void> => {
          assert.ok(world.isPaused, 'the state of a guest that runs is never saved');
          target.write(`${world.runs}`);
          await work(true);
          target.end();
          await finished(target, { readable: false });
        },
        loadState: async (_sockets, source): Promise<void> => {
          await work(true);
          assert.equal(await text(source), `${world.runs}`, 'a guest finds its disk as it has left it');
          world.isPaused = true;
        },
        pressPowerButton: async (): Promise<void> => {
          await work();
          end(0);
        },
        pause: async (): Promise<void> => {
          await work();
          world.isPaused = true;
        },
        resume: async (): Promise<void> => {
          await work();
          if (world.isPaused) world.runs += 1;
          world.isPaused = false;
        },
      } satisfies Vmm,
    },
    network: {
      observe: async () => world.network,
      unreadable: async () => [],
      changePorts: () => work(),
      admit: () => work(),
      attach: async () => {
        await work(true);
        world.network = { state: 'attached', attachment };
        return attachment;
      },
      detach: async (): Promise<void> => {
        await work();
        world.network = { state: 'absent' };
      },
    },
    sandbox: {
      observe: async () => world.sandbox,
      launch: async () => {
        await work(true);
        assert.equal(world.sandbox.state, 'absent', 'a VM is never launched twice');
        world.sandbox = { state: 'running', pid: process.pid };
        return { pid: process.pid };
      },
      kill: async (): Promise<void> => {
        await work();
        end(137);
      },
      remove: async (): Promise<void> => {
        await work();
        end(137);
        world.sandbox = { state: 'absent' };
      },
    },
  } as unknown as VmPorts;
  mkdirSync(kernelDir(paths, 'k'), { recursive: true });
  for (const name of ['kernel', 'initrd']) writeFileSync(join(kernelDir(paths, 'k'), name), '');
  return { host, world };
}

/** Returns the same host as one in whose writes others have a say, who refuse all of them. */
export function refusing(host: VmPorts): VmPorts {
  const administration = host.administration.admittedBy({
    mutate: async ({ object }) => object,
    check: async () => {
      throw new ObjectError('FORBIDDEN', 'refused');
    },
  });
  return { ...host, administration, objects: administration.objects };
}

/** Makes the files that the real tool would make. */
async function runTool({ tool, args }: Command): Promise<{ stdout: string; stderr: string }> {
  if (tool === 'ssh-keygen') {
    const path = args.at(-1)!;
    writeFileSync(path, 'a private key');
    writeFileSync(`${path}.pub`, 'ssh-ed25519 AAAA a comment');
  } else if (tool === 'qemu-img')
    writeFileSync(
      args.find((arg) => arg.includes('qcow2') && arg.startsWith('/'))!,
      '',
    );
  return { stdout: '', stderr: '' };
}

/** Returns a store with a VM that has been created, its image and its kernel. No change of a spec by a controller gets through. */
async function storeWithContent(baseDisk: string): Promise<MemoryStore> {
  const store = new MemoryStore();
  const config = {
    entrypoint: ['/bin/true'],
    cmd: [],
    env: [],
    user: '',
    workingDir: '/',
    stopSignal: '',
    exposedPorts: [],
  };
  await store.create({
    apiVersion,
    kind: 'Image',
    metadata: { name: 'image', uid: 'image' },
    spec: { reference: 'image:latest' },
    status: {
      digest: 'sha256:0',
      platform: 'linux',
      bootMode: 'entrypoint',
      config,
      size: 1,
      baseDisk: { path: baseDisk, size: 1 },
    },
  });
  await store.create({
    apiVersion,
    kind: 'VM',
    metadata: { name: 'web', uid, finalizers: ['ignite.weave.works/host'] },
    spec: v.parse(vmSpecSchema, { image: { oci: 'image' }, power: 'Stopped', restartPolicy: 'always' }),
    status: {
      phase: 'Created',
      arch: hostArch,
      image: { digest: 'sha256:0', bootMode: 'entrypoint' },
      kernel: { id: 'k', version: '1' },
    },
  });
  const read = store.get.bind(store);
  const update = store.update.bind(store);
  store.update = async (object, ...rest) => {
    if (actor.getStore() === 'controller')
      assert.deepEqual(
        object['spec'],
        (await read({ ...vmKind, name: 'web' }))['spec'],
        'a reconcile has changed a spec',
      );
    return await update(object, ...rest);
  };
  return store;
}
