import { constants } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { DoctorCheck } from '@ignite/api/client/host-client';
import { localRunner } from '@ignite/toolkit/process/local-runner';
import { type KvmLack, kvmLack } from '../vmm/accel.ts';
import { firecracker } from '../vmm/firecracker/firecracker.ts';
import { installedVmms } from '../vmm/installed-vmms.ts';
import { hostArch } from '../host/arch.ts';
import { probeEngine } from '../container-engine/engine-probe.ts';
import type { ContainerEngine } from '../container-engine/errors.ts';
import { findProgram } from '../host/find-program.ts';
import { isAccessible } from '../host/is-accessible.ts';
import { type Requirement, cniPackage, requirements } from './requirements.ts';
import { cniPluginDirs } from '../network/cni/settings.ts';

/** Checks what this host has and lacks, what each lack costs, and how to cure it. */
export async function examineHost(env: NodeJS.ProcessEnv): Promise<readonly DoctorCheck[]> {
  return await Promise.all([
    ...requirements.map(checkPrograms),
    checkCniPlugins(),
    checkTun(),
    checkKvm(),
    checkFirecracker(),
    checkForwarding(),
    checkRoot(),
    checkEngine('containerd', env),
    checkEngine('docker', env),
  ]);
}

/** Returns the packages that provide what `checks` found missing. */
export function missingPackages(checks: readonly DoctorCheck[]): readonly string[] {
  const missing = new Set(checks.filter((check) => check.state === 'missing').map((check) => check.name));
  return [
    ...requirements.filter((need) => missing.has(nameOf(need))).map((need) => need.package),
    ...(missing.has('CNI plugins') ? [cniPackage] : []),
  ];
}

const nameOf = ({ called, programs }: Requirement): string => called ?? programs.join(' or ');

async function checkPrograms(need: Requirement): Promise<DoctorCheck> {
  const name = nameOf(need);
  for (const program of need.programs) {
    const path = await findProgram(program);
    if (path) return { name, state: 'ok', found: path };
  }
  return {
    name,
    state: need.optional ? 'degraded' : 'missing',
    found: 'not installed',
    cost: need.cost,
    cure: `apt-get install ${need.package}`,
  };
}

async function checkCniPlugins(): Promise<DoctorCheck> {
  const name = 'CNI plugins';
  const dirs = [...(process.env['CNI_PATH'] ?? '').split(delimiter).filter(Boolean), ...cniPluginDirs];
  for (const dir of dirs)
    if (await isAccessible(join(dir, 'bridge'), constants.X_OK)) return { name, state: 'ok', found: dir };
  return {
    name,
    state: 'missing',
    found: `none in ${dirs.join(', ')}`,
    cost: 'no VM can have a network',
    cure: `apt-get install ${cniPackage}`,
  };
}

async function checkTun(): Promise<DoctorCheck> {
  const name = '/dev/net/tun';
  if (await isAccessible(name, constants.R_OK | constants.W_OK))
    return { name, state: 'ok', found: 'present' };
  return {
    name,
    state: 'missing',
    found: 'not accessible',
    cost: 'no VM can have a network',
    cure: 'modprobe tun',
  };
}

/** The cures for each reason why KVM is missing. */
const kvmCures: Readonly<Record<KvmLack, string>> = {
  '/dev/kvm does not open': 'enable virtualization in the firmware, then modprobe kvm',
  '/dev/kvm opens, but the CPU offers neither vmx nor svm':
    'enable nested virtualization on the machine that hosts this one',
};

async function checkKvm(): Promise<DoctorCheck> {
  const name = 'KVM';
  const lack = await kvmLack();
  if (lack === undefined) return { name, state: 'ok', found: '/dev/kvm' };
  return {
    name,
    state: 'degraded',
    found: lack,
    cost: 'VMs run in emulation (TCG), about ten times slower',
    cure: kvmCures[lack],
  };
}

/** Checks for Firecracker, which only those need who ask for it. */
async function checkFirecracker(): Promise<DoctorCheck> {
  const name = firecracker.name;
  const cost = 'no VM can run under Firecracker (--vmm firecracker): all run under QEMU';
  const program = firecracker.program(hostArch);
  if (!(await isAccessible(program, constants.X_OK))) {
    return { name, state: 'degraded', found: 'not installed', cost, cure: firecracker.howToGet(hostArch) };
  }
  const [vmm] = await installedVmms(localRunner, AbortSignal.timeout(60_000), [name]);
  const found = `${program}, version ${vmm?.version ?? 'unknown'}`;
  const lack = await kvmLack();
  if (lack === undefined) return { name, state: 'ok', found };
  return { name, state: 'degraded', found: `${found}, but ${lack}`, cost, cure: kvmCures[lack] };
}

async function checkForwarding(): Promise<DoctorCheck> {
  const name = 'IPv4 forwarding';
  const on = (await readFile('/proc/sys/net/ipv4/ip_forward', 'utf8')).trim() === '1';
  if (on) return { name, state: 'ok', found: 'on' };
  return {
    name,
    state: 'degraded',
    found: 'off',
    cost: 'VMs cannot reach other hosts until the first VM starts, which enables it',
    cure: 'sysctl -w net.ipv4.ip_forward=1',
  };
}

function checkRoot(): Promise<DoctorCheck> {
  const name = 'privileges';
  if (process.getuid?.() === 0) return Promise.resolve({ name, state: 'ok', found: 'root' });
  return Promise.resolve({
    name,
    state: 'degraded',
    found: 'not root',
    cost: 'only commands that do not change anything work, such as ps, images and inspect, and only for the group of the data directory',
    cure: 'run ignite with sudo',
  });
}

/** Checks for a container engine. A missing container engine is a lack only for those who want to use it. */
async function checkEngine(name: ContainerEngine, env: NodeJS.ProcessEnv): Promise<DoctorCheck> {
  const { usable, found, ...rest } = await probeEngine(name, env);
  if (usable) return { name, state: 'ok', found };
  return {
    name,
    state: 'degraded',
    found,
    cost: `--runtime ${name} falls back to conmon`,
    ...rest,
  };
}
