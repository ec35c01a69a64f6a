import { restartedAtAnnotation } from '@ignite/api/v1/restarted-at';
import type { Vm } from '@ignite/api/v1/vm';
import { objectsOf } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import * as v from 'valibot';
import { textIn } from '../workload/cluster-secrets.ts';
import { secrets } from '../workload/node.ts';
import type { EtcdServers, ManagedMember } from '../workload/workload-cluster.ts';

/** A machine of an etcd that only seems to be there. */
export interface SimEtcdVm {
  readonly name: string;
  readonly address: string;
  bootsAtMs: number;
  restartedAt: string | undefined;
  isRunning: boolean;
  /** The cluster whose data is on its disk. */
  token: string | undefined;
}

interface SimMember {
  readonly id: string;
  address: string;
  name: string;
  isLearner: boolean;
}

interface SimEtcd {
  members: SimMember[];
  leader: string | undefined;
}

export interface SimEtcdOptions {
  readonly random: () => number;
  readonly delayMs: () => number;
  /** How often a call fails, of which half were carried out. */
  readonly faults: () => number;
}

const settingsSchema = v.object({
  name: v.string(),
  'initial-cluster': v.string(),
  'initial-cluster-state': v.picklist(['new', 'existing']),
  'initial-cluster-token': v.string(),
  'initial-advertise-peer-urls': v.string(),
});
type Settings = v.InferOutput<typeof settingsSchema>;

/** The etcds of a simulation. It notes what must never happen. */
export class SimEtcds {
  readonly vms = new Map<string, SimEtcdVm>();
  readonly violations: string[] = [];
  readonly #options: SimEtcdOptions;
  readonly #clusters = new Map<string, SimEtcd>();
  #count = 0;
  /** True once nothing needs to be kept any more. */
  isLeaving = false;

  constructor(options: SimEtcdOptions) {
    this.#options = options;
  }

  /** Does for a VM what its host does. Resolves with the status of the VM, and when to look again. */
  async tend(
    vm: Vm,
    client: ObjectClient,
    nowMs: number,
  ): Promise<{ readonly address: string; readonly isRunning: boolean; readonly waitMs?: number }> {
    const { uid, name, namespace, annotations } = vm.metadata;
    const restartedAt = annotations[restartedAtAnnotation];
    const known = this.vms.get(uid);
    this.#count += known ? 0 : 1;
    const own: SimEtcdVm = known ?? {
      ...{ name, address: `10.0.0.${this.#count}`, isRunning: false, token: undefined, restartedAt },
      bootsAtMs: nowMs + this.#options.delayMs(),
    };
    this.vms.set(uid, own);
    if (own.restartedAt !== restartedAt) {
      if (own.restartedAt === undefined && own.bootsAtMs > nowMs && own.bootsAtMs !== Infinity)
        this.violations.push(`${name} was restarted before its guest could hear that`);
      own.restartedAt = restartedAt;
      own.isRunning = false;
      own.bootsAtMs = nowMs + this.#options.delayMs();
    }
    if (own.bootsAtMs > nowMs)
      return { address: own.address, isRunning: true, waitMs: own.bootsAtMs - nowMs };
    if (!own.isRunning && own.bootsAtMs !== Infinity) {
      const secretName = vm.spec.cloudInit?.userDataSecretRef?.name ?? '';
      const secret = await objectsOf(client, secrets).find({ namespace, name: secretName });
      const settings = settingsIn((secret && textIn(secret, 'value')) ?? '');
      if (settings) this.#start(own, settings);
    }
    return { address: own.address, isRunning: own.bootsAtMs !== Infinity };
  }

  /** Takes a machine away. */
  destroy(uid: string, by: 'host' | 'controller'): void {
    const vm = this.vms.get(uid);
    if (!vm) return;
    const isVoter = this.#memberAt(vm)?.isLearner === false;
    if (by === 'controller' && isVoter && !this.isLeaving)
      this.violations.push(`${vm.name} went before its member left etcd`);
    this.vms.delete(uid);
    this.#checkMajority(vm.token);
  }

  /** Lets a machine fail for good. */
  fail(vm: SimEtcdVm): void {
    vm.isRunning = false;
    vm.bootsAtMs = Infinity;
  }

  at(addresses: readonly string[]): EtcdServers {
    const cluster = (): SimEtcd => {
      const vm = [...this.vms.values()].find(
        (each) => each.isRunning && each.token !== undefined && addresses.includes(each.address),
      );
      const found = vm && this.#clusters.get(vm.token!);
      if (!found || !this.#hasMajority(found)) throw unreachable();
      return found;
    };
    const lossy = <T>(call: () => T): Promise<T> => {
      const { random, faults } = this.#options;
      const fate = random();
      if (fate < faults() / 2) return Promise.reject(unreachable());
      try {
        const done = call();
        return fate < faults() ? Promise.reject(unreachable()) : Promise.resolve(done);
      } catch (failure) {
        return Promise.reject(failure as Error);
      }
    };
    return {
      members: () => lossy(() => this.#told(cluster())),
      addLearner: (peerUrl) =>
        lossy(() => {
          const { members } = cluster();
          if (members.some(({ isLearner }) => isLearner)) throw refused('too many learner members');
          const address = new URL(peerUrl).hostname;
          if (members.some((each) => each.address === address)) throw refused('peer URL exists');
          members.push({ id: `${address}#${members.length}`, address, name: '', isLearner: true });
        }),
      promote: (id) =>
        lossy(() => {
          const found = cluster();
          const member = found.members.find((each) => each.id === id);
          if (!member || this.#options.random() < 0.3) throw refused('learner is not in sync');
          member.isLearner = false;
          this.#checkMajorityOf(found);
        }),
      announce: (id, peerUrl) =>
        lossy(() => {
          const member = cluster().members.find((each) => each.id === id);
          if (!member) throw refused('member not found');
          member.address = new URL(peerUrl).hostname;
        }),
      remove: (id) =>
        lossy(() => {
          const found = cluster();
          if (found.leader === id && found.members.filter((each) => !each.isLearner).length === 1)
            this.violations.push('the last member was removed');
          found.members = found.members.filter((each) => each.id !== id);
          if (found.leader === id) found.leader = found.members.find((each) => this.#isUp(each))?.id;
          this.#checkMajorityOf(found);
        }),
      moveLeader: (to) => lossy(() => void (cluster().leader = to)),
    };
  }

  /** Returns the members of all etcds. */
  members(): readonly ManagedMember[] {
    return [...this.#clusters.values()].flatMap((each) => this.#told(each));
  }

  #start(vm: SimEtcdVm, settings: Settings): void {
    const token = settings['initial-cluster-token'];
    if (vm.token === undefined) {
      const known = this.#clusters.get(token);
      if (settings['initial-cluster-state'] === 'new') {
        if (known && known.members.length > 0 && this.#hasSeenOthers(known)) {
          this.violations.push(`${vm.name} began a cluster that was there`);
          return;
        }
        const id = `${vm.address}#0`;
        const own = { id, address: vm.address, name: vm.name, isLearner: false };
        this.#clusters.set(token, { members: [own], leader: id });
      } else {
        const named = settings['initial-cluster'].split(',').map((each) => each.split('=')[1]!);
        const wanted = new Set(named.map((url) => new URL(url).hostname));
        const isComplete = known?.members.every(({ address }) => wanted.has(address)) === true;
        // etcd ends at once then.
        if (!isComplete || known?.members.length !== wanted.size) return;
      }
      vm.token = token;
    }
    const member = this.#memberAt(vm);
    if (!member) return;
    member.name = settings.name;
    vm.isRunning = true;
  }

  /** A first member that was given up before it answered leaves nothing that matters. */
  #hasSeenOthers(known: SimEtcd): boolean {
    return known.members.length > 1 || known.members.some((each) => this.#isUp(each));
  }

  #told({ members, leader }: SimEtcd): readonly ManagedMember[] {
    return members.map((each) => {
      const { id, name, address, isLearner } = each;
      return {
        ...{ id, name, isLearner, peerUrls: [`https://${address}:2380`], isLeader: leader === id },
        isHealthy: this.#isUp(each),
        ...(this.#isUp(each) && { version: '3.6.5' }),
      };
    });
  }

  #memberAt({ token, address }: SimEtcdVm): SimMember | undefined {
    return token === undefined
      ? undefined
      : this.#clusters.get(token)?.members.find((each) => each.address === address);
  }

  #isUp({ address }: SimMember): boolean {
    return [...this.vms.values()].some((vm) => vm.address === address && vm.isRunning);
  }

  #hasMajority({ members }: SimEtcd): boolean {
    const voters = members.filter(({ isLearner }) => !isLearner);
    return voters.filter((each) => this.#isUp(each)).length > voters.length / 2;
  }

  #checkMajority(token: string | undefined): void {
    const cluster = token === undefined ? undefined : this.#clusters.get(token);
    if (cluster) this.#checkMajorityOf(cluster);
  }

  #checkMajorityOf(cluster: SimEtcd): void {
    if (!this.isLeaving && !this.#hasMajority(cluster)) this.violations.push('etcd has lost its majority');
  }
}

/** Returns the settings with which a machine starts etcd; `undefined` as long as it has none. */
function settingsIn(userData: string): Settings | undefined {
  const { bootcmd = [] } = JSON.parse(userData.replace(/^#cloud-config\n/, '') || '{}') as {
    readonly bootcmd?: readonly (readonly string[])[];
  };
  const text = bootcmd.find((words) => words.at(-2)?.endsWith('/etcd.json'))?.at(-1);
  return text === undefined ? undefined : v.parse(settingsSchema, JSON.parse(text));
}

const unreachable = (): CodedError =>
  new CodedError('ETCD_UNREACHABLE', 'no member of etcd answers', { hint: '' });
const refused = (why: string): CodedError => new CodedError('ETCD_FAILED', why, { hint: '' });
