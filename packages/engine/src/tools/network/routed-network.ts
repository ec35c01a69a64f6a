import { CodedError, hasCode } from '@ignite/toolkit/errors/coded-error';
import { acquireLock } from '@ignite/toolkit/lock/process-lock';
import type { Runner } from '@ignite/toolkit/process/runner';
import { withoutPrefix } from '@ignite/api/address/ip-address';
import { poolsOf } from './cni/address-pool.ts';
import { ConfFolder } from './cni/conf-folder.ts';
import { defaultConfList } from './cni/conf-list.ts';
import { reachableResolvFile } from './dhcp/host-nameservers.ts';
import { routerSubnetsTaken, routerUnsupported } from './errors.ts';
import { LocalNetwork, type LocalNetworkOptions } from './local-network.ts';
import type {
  Admission,
  Attachment,
  AttachRequest,
  FirewallFault,
  Network,
  NetworkDemand,
  NetworkObservation,
  UnreadableAttachment,
} from './network.ts';
import type { PortMapping } from '@ignite/api/v1/vm-network';
import { hostRoutes } from './router/host-routes.ts';
import { insideSubnet } from './router/plan-router.ts';
import { Router, type RouterNote, routerNames } from './router/router.ts';
import { type Translation, chooseOutside, outsideAddress } from './router/translation.ts';

/**
 * Attaches VMs to this host's networks, and those that name a router to a network behind it. Each router has a network of the same addresses,
 * and goes with the last VM behind it.
 */
export class RoutedNetwork implements Network {
  readonly #options: LocalNetworkOptions;
  readonly #runner: Runner;
  readonly #host: LocalNetwork;
  readonly #conf: ConfFolder;

  constructor(options: LocalNetworkOptions, runner: Runner) {
    this.#options = options;
    this.#runner = runner;
    this.#host = new LocalNetwork(options, runner);
    this.#conf = new ConfFolder(options.confDir, options.fallback);
  }

  async validate(demand: NetworkDemand): Promise<void> {
    if (demand.router === undefined) return await this.#host.validate(demand);
    const router = this.#router(demand.router);
    const list = (await router.note())?.list ?? (await this.#plannedList(demand.router, demand)).list;
    await router.inside({ list }).validate(demand);
  }

  async attach(request: AttachRequest, signal: AbortSignal): Promise<Attachment> {
    const { uid, router: name } = request;
    const current = await this.#routerOf(uid);
    if (current !== undefined && current !== name) await this.detach(uid, signal);
    if (name === undefined) return await this.#host.attach(request, signal);
    if (current === undefined) await this.#host.detach(uid, signal);
    const note = await this.#admit(name, request, signal);
    const inside = this.#router(name).inside(note, await reachableResolvFile());
    return reached(await inside.attach(request, signal), note);
  }

  async changePorts(uid: string, ports: readonly PortMapping[], signal: AbortSignal): Promise<void> {
    await (await this.#of(uid)).changePorts(uid, ports, signal);
  }

  async admit(uid: string, admission: Admission, signal: AbortSignal): Promise<void> {
    await (await this.#of(uid)).admit(uid, admission, signal);
  }

  async rename(uid: string, name: string, signal: AbortSignal): Promise<void> {
    await (await this.#of(uid)).rename(uid, name, signal);
  }

  async examineFirewall(signal: AbortSignal): Promise<readonly FirewallFault[]> {
    const faults = [...(await this.#host.examineFirewall(signal))];
    for (const { router, note } of await this.#routersUp(signal))
      for (const network of [router.uplink(note), router.inside(note)])
        faults.push(...(await network.examineFirewall(signal)));
    return faults;
  }

  async restoreFirewall(signal: AbortSignal): Promise<void> {
    await this.#host.restoreFirewall(signal);
    using _lock = await this.#lock(signal);
    for (const { router, note } of await this.#routersUp(signal)) {
      await router.ensure(note, signal);
      await router.uplink(note).restoreFirewall(signal);
      await router.inside(note).restoreFirewall(signal);
    }
  }

  async detach(uid: string, signal: AbortSignal): Promise<void> {
    const name = await this.#routerOf(uid);
    if (name === undefined) return await this.#host.detach(uid, signal);
    using _lock = await this.#lock(signal);
    const router = this.#router(name);
    await router.detach(uid, signal);
    const isLast = (await router.members()).every((member) => member === uid);
    if (isLast) await router.remove(signal);
    else await router.dismiss(uid);
  }

  async observe(uid: string): Promise<NetworkObservation> {
    const name = await this.#routerOf(uid);
    if (name === undefined) return await this.#host.observe(uid);
    const router = this.#router(name);
    const note = await readableNote(router);
    if (!note || !(await router.isMade())) return { state: 'partial' };
    const found = await router.inside(note).observe(uid);
    return found.state === 'attached'
      ? { state: 'attached', attachment: reached(found.attachment, note) }
      : { state: 'partial' };
  }

  async unreadable(): Promise<readonly UnreadableAttachment[]> {
    const found = [...(await this.#host.unreadable())];
    for (const name of await routerNames(this.#options)) {
      const router = this.#router(name);
      found.push(...(await router.inside().unreadable()));
      const failure = await router.note().then(() => undefined, orInvalid);
      if (failure) found.push(...(await router.members()).map((uid) => ({ uid, failure })));
    }
    return found;
  }

  /** Makes a VM a member of a router, which is made for its first one. */
  async #admit(name: string, request: AttachRequest, signal: AbortSignal): Promise<RouterNote> {
    using _lock = await this.#lock(signal);
    await this.#forgetUnused();
    const router = this.#router(name);
    const noted = await router.note();
    const isUp = noted !== undefined && (await router.isUp(signal));
    if (noted && !isUp) {
      await router.detach(request.uid, signal);
      await router.clear(signal);
    }
    const note = noted && isUp ? noted : await this.#plan(name, noted, request, signal);
    await router.inside(note).validate(request);
    await router.admit(request.uid);
    await router.ensure(note, signal);
    return note;
  }

  /** Plans a router that is not up. Its subnet outside may have been taken since it last was. */
  async #plan(
    name: string,
    noted: RouterNote | undefined,
    request: NetworkDemand,
    signal: AbortSignal,
  ): Promise<RouterNote> {
    const { list, inside } = noted ?? (await this.#plannedList(name, request));
    const others = (await routerNames(this.#options)).filter((other) => other !== name);
    const routers = await Promise.all(others.map((other) => readableNote(this.#router(other))));
    const { files } = await this.#conf.all();
    // Its list is only written once a VM asks for it.
    const fallback = defaultConfList(this.#options.fallback);
    const taken = [
      ...(await hostRoutes(this.#runner, signal)),
      ...routers.flatMap((other) => (other ? [other.outside] : [])),
      ...[fallback, ...files.map((file) => file.list)].flatMap(poolsOf).map((pool) => pool.subnet),
    ];
    const outside = chooseOutside(inside, taken, noted?.outside);
    if (outside === undefined) throw routerSubnetsTaken(name, inside);
    return { list, inside, outside };
  }

  /** Removes the folders of routers that were left where the last step of a removal, or the first of an admission, was cut short. */
  async #forgetUnused(): Promise<void> {
    for (const name of await routerNames(this.#options)) {
      const router = this.#router(name);
      if ((await router.members()).length === 0) await router.forget();
    }
  }

  /** Returns the network that a router would have for its first VM. */
  async #plannedList(
    name: string,
    { interfaces }: NetworkDemand,
  ): Promise<Pick<RouterNote, 'list' | 'inside'>> {
    const [first, ...more] = interfaces;
    if (first?.kind !== 'cni' || more.length > 0)
      throw routerUnsupported(
        name,
        'it would have several interfaces',
        'give it one interface, or take it from behind the router',
      );
    const list = await (first.network === undefined ? this.#conf.default() : this.#conf.named(first.network));
    const inside = insideSubnet(list);
    if (inside === undefined)
      throw routerUnsupported(
        name,
        `the network "${list.name}" is no bridge with one IPv4 subnet of host-local`,
        'name another network: "ignite network ls" lists them',
      );
    return { list, inside };
  }

  /** Returns the network that a VM is on. */
  async #of(uid: string): Promise<LocalNetwork> {
    const name = await this.#routerOf(uid);
    return name === undefined ? this.#host : this.#router(name).inside();
  }

  async #routerOf(uid: string): Promise<string | undefined> {
    return (await routerNames(this.#options)).find((name) => this.#router(name).hasMember(uid));
  }

  async #routersUp(
    signal: AbortSignal,
  ): Promise<readonly { readonly router: Router; readonly note: RouterNote }[]> {
    const up: { readonly router: Router; readonly note: RouterNote }[] = [];
    for (const name of await routerNames(this.#options)) {
      const router = this.#router(name);
      const note = await readableNote(router);
      if (note && (await router.isUp(signal))) up.push({ router, note });
    }
    return up;
  }

  #router(name: string): Router {
    return new Router(name, this.#options, this.#runner);
  }

  async #lock(signal: AbortSignal): Promise<Disposable> {
    return await acquireLock(this.#options.locksDir, 'routers', signal);
  }
}

/** Returns what was noted of a router. A note that cannot be read affects only the VMs behind it. */
async function readableNote(router: Router): Promise<RouterNote | undefined> {
  const found = await router.note().catch(orInvalid);
  return found instanceof CodedError ? undefined : found;
}

function orInvalid(failure: unknown): CodedError {
  if (hasCode(failure, 'NETWORK_RECORD_INVALID')) return failure;
  throw failure;
}

/** Pure. Adds the addresses by which the host reaches the guest. */
const reached = (attachment: Attachment, translation: Translation): Attachment => ({
  ...attachment,
  reachedAt: attachment.nics
    .flatMap(({ addresses }) => addresses)
    .flatMap((address) => outsideAddress(withoutPrefix(address), translation) ?? []),
});
