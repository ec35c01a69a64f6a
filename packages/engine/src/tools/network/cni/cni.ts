import { constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { PortMapping } from '@ignite/api/v1/vm-network';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { type Runner, ToolFailedError } from '@ignite/toolkit/process/runner';
import * as v from 'valibot';
import { isAccessible } from '../../host/is-accessible.ts';
import { cniPluginDirs } from './settings.ts';
import { pluginFailed, pluginMissing } from '../errors.ts';
import { type ConfList, pluginHasCapability } from './conf-list.ts';

export const cniResultSchema = v.looseObject({
  interfaces: v.optional(
    v.array(
      v.looseObject({ name: v.string(), mac: v.optional(v.string()), sandbox: v.optional(v.string()) }),
    ),
    [],
  ),
  ips: v.optional(
    v.array(
      v.looseObject({
        address: v.string(),
        gateway: v.optional(v.string()),
        interface: v.optional(v.number()),
      }),
    ),
    [],
  ),
  routes: v.optional(v.array(v.looseObject({ dst: v.string() })), []),
});
export type CniResult = v.InferOutput<typeof cniResultSchema>;

export interface CniAttachment {
  readonly containerId: string;
  readonly netnsPath: string;
  readonly ifName: string;
  readonly ports: readonly PortMapping[];
  /** The requested addresses, at most one of each family. */
  readonly addresses?: readonly string[];
}

/** A run of one plugin of a list, with the result of the plugins before it. */
interface PluginRun {
  readonly list: ConfList;
  readonly plugin: ConfList['plugins'][number];
  readonly attachment: CniAttachment;
  readonly prevResult: CniResult | undefined;
}

/**
 * Runs chains of CNI plugins: the runtime's part of the CNI spec 0.4.0. $CNI_PATH is searched before the
 * usual folders.
 */
export class Cni {
  readonly #runner: Runner;
  readonly #dirs: readonly string[];

  constructor(runner: Runner, env: NodeJS.ProcessEnv) {
    this.#runner = runner;
    this.#dirs = [...(env['CNI_PATH'] ?? '').split(delimiter).filter(Boolean), ...cniPluginDirs];
  }

  /**
   * Adds an interface. `onResult` is called with the result after each plugin, because a DEL needs it if the
   * ADD is cut short.
   */
  async add(
    list: ConfList,
    attachment: CniAttachment,
    onResult: (result: CniResult) => Promise<void>,
    signal: AbortSignal,
  ): Promise<CniResult> {
    let result: CniResult | undefined;
    for (const plugin of list.plugins) {
      const said = await this.#exec('ADD', { list, plugin, attachment, prevResult: result }, signal);
      result = v.parse(cniResultSchema, JSON.parse(said));
      await onResult(result);
    }
    return result!;
  }

  /**
   * Removes an interface. It may be repeated. `result` is `undefined` if an ADD was cut short in its first
   * plugin.
   */
  async del(
    list: ConfList,
    attachment: CniAttachment,
    result: CniResult | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    for (const plugin of list.plugins.toReversed()) {
      await this.#exec('DEL', { list, plugin, attachment, prevResult: result }, signal);
    }
  }

  /**
   * Publishes the ports of `after` instead of those of `before`, by running only the plugins that publish
   * ports. At ADD, portmap keeps existing rules; at DEL, it removes nothing if it is given no ports.
   */
  async republish(
    list: ConfList,
    { before, after }: { readonly before: CniAttachment; readonly after: CniAttachment },
    result: CniResult,
    signal: AbortSignal,
  ): Promise<void> {
    for (const plugin of list.plugins.filter((each) => pluginHasCapability(each, 'portMappings'))) {
      await this.#exec('DEL', { list, plugin, attachment: before, prevResult: result }, signal);
      await this.#exec('ADD', { list, plugin, attachment: after, prevResult: result }, signal);
    }
  }

  async #exec(command: 'ADD' | 'DEL', run: PluginRun, signal: AbortSignal): Promise<string> {
    const { plugin, attachment } = run;
    const config = pluginConfig(run);
    const env = {
      CNI_COMMAND: command,
      CNI_CONTAINERID: attachment.containerId,
      CNI_NETNS: attachment.netnsPath,
      CNI_IFNAME: attachment.ifName,
      CNI_PATH: this.#dirs.join(delimiter),
    };
    const tool = await this.#find(plugin.type);
    try {
      return (await this.#runner.run({ tool, args: [], stdin: JSON.stringify(config), env }, signal)).stdout;
    } catch (failure) {
      if (!(failure instanceof ToolFailedError)) throw failure;
      throw pluginFailed(plugin.type, command, failure, whatPluginSaid(failure));
    }
  }

  async #find(type: string): Promise<string> {
    for (const dir of this.#dirs) {
      const path = join(dir, type);
      if (await isAccessible(path, constants.X_OK)) return path;
    }
    throw pluginMissing(type, this.#dirs);
  }
}

/**
 * Returns what a plugin of a chain reads on its stdin (CNI spec 0.4.0, "Network Configuration List Runtime
 * Examples").
 */
function pluginConfig({ list, plugin, attachment, prevResult }: PluginRun): object {
  const { capabilities: _capabilities, ...config } = plugin;
  const { addresses = [] } = attachment;
  const runtimeConfig = {
    ...(pluginHasCapability(plugin, 'portMappings') && { portMappings: attachment.ports.map(portMapping) }),
    ...(pluginHasCapability(plugin, 'ips') && addresses.length > 0 && { ips: addresses }),
  };
  return {
    ...config,
    cniVersion: list.cniVersion,
    name: list.name,
    ...(Object.keys(runtimeConfig).length > 0 && { runtimeConfig }),
    ...(addresses.length > 0 && { args: { cni: { ips: addresses } } }),
    ...(prevResult && { prevResult }),
  };
}

const portMapping = (port: PortMapping): object => ({
  hostPort: port.hostPort,
  containerPort: port.vmPort,
  protocol: port.protocol,
  ...(port.bindAddress !== undefined && { hostIP: port.bindAddress }),
});

/**
 * Returns the message of a failed plugin, which prints JSON with `msg` and `details` (CNI spec 0.4.0,
 * "Well-known Error Codes").
 */
function whatPluginSaid(failure: ToolFailedError): string {
  try {
    const { msg, details } = v.parse(
      v.looseObject({ msg: v.string(), details: v.optional(v.string()) }),
      JSON.parse(failure.stdout),
    );
    return details ? `${msg}: ${details}` : msg;
  } catch {
    return errorText(failure);
  }
}
