import { statSync } from 'node:fs';
import type { CniNetwork } from '@ignite/api/v1/cni-network';
import { apiVersion } from '@ignite/api/v1/group';
import type { Vm } from '@ignite/api/v1/vm';
import type { CodedError } from '@ignite/toolkit/errors/coded-error';
import { poolsOf } from './address-pool.ts';
import { ConfFolder } from './conf-folder.ts';
import { type ConfList, defaultConfList, hostBridge } from './conf-list.ts';
import type { NetworkSettings } from './settings.ts';

/**
 * Lists the CNI networks of this host by name, including the default network if its file is yet to be
 * written.
 */
export async function listCniNetworks(
  { confDir, fallback }: NetworkSettings,
  vms: readonly Vm[],
): Promise<readonly CniNetwork[]> {
  const folder = new ConfFolder(confDir, fallback);
  const [{ files }, defaultName] = await Promise.all([folder.all(), folder.defaultName()]);
  const known: { readonly list: ConfList; readonly path?: string }[] = [...files];
  if (defaultName !== undefined && !files.some(({ list }) => list.name === defaultName))
    known.push({ list: defaultConfList(fallback) });
  // Of two files with the same name, the first one counts.
  const first = known.filter(
    ({ list }, at) => known.findIndex((each) => each.list.name === list.name) === at,
  );
  return first
    .map(({ list, path }) => cniNetwork(list, path, { defaultName, vms }))
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

/** Returns the failures of the network files that cannot be read. */
export async function brokenCniNetworks({
  confDir,
  fallback,
}: NetworkSettings): Promise<readonly CodedError[]> {
  const { broken } = await new ConfFolder(confDir, fallback).all();
  return broken.map(({ failure }) => failure);
}

function cniNetwork(
  list: ConfList,
  file: string | undefined,
  { defaultName, vms }: { readonly defaultName: string | undefined; readonly vms: readonly Vm[] },
): CniNetwork {
  const bridge = hostBridge(list);
  const created = file === undefined ? new Date() : statSync(file).mtime;
  return {
    apiVersion,
    kind: 'CniNetwork',
    metadata: {
      name: list.name,
      namespace: '',
      uid: list.name,
      resourceVersion: '0',
      generation: 1,
      creationTimestamp: created.toISOString(),
      labels: {},
      annotations: {},
      finalizers: [],
    },
    spec: {
      plugins: list.plugins.map(({ type }) => type),
      subnets: poolsOf(list).map(({ subnet }) => subnet),
      ...(bridge !== undefined && { bridge }),
    },
    status: {
      isDefault: list.name === defaultName,
      ...(file !== undefined && { file }),
      vms: vms
        .filter((vm) => networksOf(vm, defaultName).includes(list.name))
        .map(({ metadata }) => metadata.name)
        .sort(),
    },
  };
}

const networksOf = (
  { spec: { network } }: Vm,
  defaultName: string | undefined,
): readonly (string | undefined)[] => [
  network.name ?? defaultName,
  ...network.interfaces.map((each) => each.network),
];
