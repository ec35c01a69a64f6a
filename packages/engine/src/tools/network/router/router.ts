import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { namesIn } from '@ignite/toolkit/files/names-in';
import { replaceFile } from '@ignite/toolkit/files/replace-file';
import { type Runner, ToolFailedError } from '@ignite/toolkit/process/runner';
import * as v from 'valibot';
import type { NetworkLists } from '../cni/conf-folder.ts';
import { type ConfList, confListSchema } from '../cni/conf-list.ts';
import { recordInvalid, routerUnsupported } from '../errors.ts';
import { Nft } from '../firewall/nft.ts';
import { netnsLinks } from '../link/netns-links.ts';
import { Netns, netnsPath } from '../link/netns.ts';
import { LocalNetwork, type LocalNetworkOptions } from '../local-network.ts';
import { hostDevice } from './host-device.ts';
import { inNamespace } from './in-namespace.ts';
import { hostRouteArgs, insideList, planRouterTable, uplinkList, uplinkName } from './plan-router.ts';
import type { Translation } from './translation.ts';

const noteSchema = v.strictObject({ list: confListSchema, inside: v.string(), outside: v.string() });

/** The network behind a router, and how its addresses are translated. It stays the same for as long as the router is up. */
export interface RouterNote extends Translation {
  readonly list: ConfList;
}

/**
 * A network namespace between VMs and the host, with a bridge of its own that has the same addresses as one of the host. It exists for as
 * long as it has members. The caller holds the lock of all routers.
 */
export class Router {
  readonly #name: string;
  readonly #dir: string;
  readonly #options: LocalNetworkOptions;
  readonly #runner: Runner;

  /** @param options those of the network of the host, whose `dir` has a folder for each router */
  constructor(name: string, options: LocalNetworkOptions, runner: Runner) {
    this.#name = name;
    this.#dir = join(routersDir(options), name);
    this.#options = options;
    this.#runner = runner;
  }

  hasMember(uid: string): boolean {
    return existsSync(this.#member(uid));
  }

  async members(): Promise<readonly string[]> {
    return await namesIn(join(this.#dir, 'members'));
  }

  /** Makes a VM a member, before anything is made for it. */
  async admit(uid: string): Promise<void> {
    await mkdir(join(this.#dir, 'members'), { recursive: true, mode: 0o755 });
    await writeFile(this.#member(uid), '');
  }

  async dismiss(uid: string): Promise<void> {
    await rm(this.#member(uid), { force: true });
  }

  /**
   * Returns what was noted of the router, if anything was.
   * @throws CodedError NETWORK_RECORD_INVALID
   */
  async note(): Promise<RouterNote | undefined> {
    try {
      return v.parse(v.pipe(v.string(), v.parseJson(), noteSchema), await readFile(this.#note, 'utf8'));
    } catch (failure) {
      if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw failure instanceof v.ValiError ? recordInvalid(this.#note, failure) : failure;
    }
  }

  /** Tells whether the router was made to the end, be its link to the host still there or not. */
  async isMade(): Promise<boolean> {
    return (await this.uplink().observe(this.#uid)).state === 'attached';
  }

  async isUp(signal: AbortSignal): Promise<boolean> {
    if (!(await this.isMade())) return false;
    const links = await netnsLinks(this.#uid, this.#runner, signal);
    return links.some(({ name }) => name === uplinkName);
  }

  /** Makes the router, or what is missing of it. */
  async ensure(note: RouterNote, signal: AbortSignal): Promise<void> {
    await replaceFile(this.#note, JSON.stringify(note), 0o600);
    await this.uplink(note).attach(
      {
        ...{ uid: this.#uid, name: this.#uid, ports: [], reserved: [], labels: {} },
        interfaces: [{ kind: 'cni', name: uplinkName, addresses: [], lastAddresses: [] }],
        dns: { servers: [], search: [], options: [] },
        // Nobody but the host reaches what is behind the router.
        policy: { sources: [note.outside] },
      },
      signal,
    );
    const place = { kind: 'netns', uid: this.#uid } as const;
    await new Nft(this.#runner).apply(place, planRouterTable(note), signal);
    const device = await hostDevice(this.#uid, uplinkName, this.#runner, signal);
    try {
      await this.#runner.run({ tool: 'ip', args: hostRouteArgs(note, device) }, signal);
    } catch (failure) {
      if (!(failure instanceof ToolFailedError && failure.stderr.includes('File exists'))) throw failure;
    }
  }

  /** Detaches a VM from the network behind the router, of which a reboot may have taken all. */
  async detach(uid: string, signal: AbortSignal): Promise<void> {
    await new Netns(this.#runner).ensure(this.#uid, signal);
    await this.inside().detach(uid, signal);
  }

  /**
   * Removes what is left of a router that is not up, so that it can be made again.
   * @throws CodedError ROUTER_UNSUPPORTED if VMs are attached, which would lose their network
   */
  async clear(signal: AbortSignal): Promise<void> {
    for (const uid of await this.members())
      if ((await this.inside().observe(uid)).state === 'attached')
        throw routerUnsupported(
          this.#name,
          'its link to this host is gone',
          'stop all VMs behind it: the router is made again with the first that starts',
        );
    await this.uplink().detach(this.#uid, signal);
  }

  /** Removes the router, whose members are the last to go: until then, a repetition finds what to undo. */
  async remove(signal: AbortSignal): Promise<void> {
    await this.uplink().detach(this.#uid, signal);
    await this.forget();
  }

  /** Removes the folder of a router of which nothing else is left. */
  async forget(): Promise<void> {
    for (const name of await namesIn(this.#dir))
      if (name !== 'members') await rm(join(this.#dir, name), { recursive: true, force: true });
    await rm(this.#dir, { recursive: true, force: true });
  }

  /** Returns the network behind the router. VMs can be attached to it only by the note. */
  inside(note?: Pick<RouterNote, 'list'>, resolvFile?: string): LocalNetwork {
    const list = note && insideList(note.list, join(this.#dir, 'addresses'));
    return new LocalNetwork(
      { ...this.#settings('inside', list), ...(resolvFile && { resolvFile }) },
      inNamespace(netnsPath(this.#uid), this.#runner),
    );
  }

  /** Returns the network that connects the router with the host. The router can be attached to it only by the note. */
  uplink(note?: RouterNote): LocalNetwork {
    const list = note && uplinkList(note, join(this.#dir, 'uplink-addresses'));
    return new LocalNetwork(this.#settings('uplink', list), this.#runner);
  }

  #settings(folder: string, list: ConfList | undefined): LocalNetworkOptions {
    const dir = join(this.#dir, folder);
    return { ...this.#options, dir, ...(list && { lists: onlyList(list, this.#name) }) };
  }

  /** What the router has instead of the uid of a VM. */
  get #uid(): string {
    return `router-${this.#name}`;
  }

  get #note(): string {
    return join(this.#dir, 'router.json');
  }

  #member(uid: string): string {
    return join(this.#dir, 'members', uid);
  }
}

/** Lists the names of the routers of this host. */
export const routerNames = async (options: LocalNetworkOptions): Promise<readonly string[]> =>
  await namesIn(routersDir(options));

const routersDir = ({ dir }: LocalNetworkOptions): string => join(dir, 'routers');

/** Pure. The one network behind a router is its default network, and has the name that it has elsewhere. */
const onlyList = (list: ConfList, router: string): NetworkLists => ({
  default: () => Promise.resolve(list),
  named: (name) =>
    name === list.name
      ? Promise.resolve(list)
      : Promise.reject(
          routerUnsupported(
            router,
            `the network behind it is "${list.name}", and not "${name}"`,
            'name another router, or the same network',
          ),
        ),
  defaultName: () => Promise.resolve(list.name),
});
