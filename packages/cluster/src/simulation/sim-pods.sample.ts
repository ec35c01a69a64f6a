import type { HostPod, HostPodSpec, HostProgramStatus } from '@ignite/api/host-pod/host-pod';
import { hostPodKind } from '@ignite/api/host-pod/object-kind';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { withFindings } from '../contract/conditions.ts';
import { labels } from '../contract/names.ts';
import { type Controller, controllerFor } from '../runtime/controller.ts';
import type { EtcdServers, ManagedMember } from '../workload/workload-cluster.ts';

type Programs = HostPodSpec['programs'];
type Program = Programs[number];

/** A pod of a host that only seems to run its programs. */
export interface SimPod {
  readonly name: string;
  readonly address: string;
  readonly cluster: string;
  /** What runs, and when it does. */
  programs: Programs;
  startsAtMs: number;
  isEtcdUp: boolean;
  /** Whether its etcd does not come back any more. */
  isBroken: boolean;
}

interface SimMember {
  readonly id: string;
  readonly pod: string;
  name: string;
  peerHost: string;
  isLearner: boolean;
}

export interface SimPodsOptions {
  readonly random: () => number;
  readonly delayMs: () => number;
  /** How often a call of etcd fails, of which half were carried out. */
  readonly faults: () => number;
}

const peerPort = 2380;

/** The pods of a host and the etcds in them. It notes what must never happen. */
export class SimPods {
  readonly pods = new Map<string, SimPod>();
  readonly violations: string[] = [];
  readonly #options: SimPodsOptions;
  #members: SimMember[] = [];
  #leader: string | undefined;
  #count = 0;
  /** True once nothing needs to be kept any more. */
  isLeaving = false;

  constructor(options: SimPodsOptions) {
    this.#options = options;
  }

  get controller(): Controller {
    return controllerFor<HostPod>({
      name: 'sim-pod',
      kind: hostPodKind,
      finalizer: 'sim.example/pod',
      clusterOf: () => undefined,
      reconcile: async ({ object }, { clock }) => {
        const { uid, deletionTimestamp } = object.metadata;
        if (deletionTimestamp !== undefined) {
          this.#end(uid);
          return { object, isCleared: true };
        }
        const pod = this.#tend(object, clock.now());
        const isStarting = pod.startsAtMs > clock.now();
        const programs = isStarting ? [] : object.spec.programs.map((each) => this.#statusOf(each, pod));
        const isReady = !isStarting && programs.every((each) => each.isReady);
        const Ready = { status: isReady ? 'True' : 'False', reason: 'Sim' } as const;
        const conditions = withFindings(object.status?.conditions, { Ready }, object, clock.now());
        return {
          object: { ...object, status: { ...object.status, address: pod.address, programs, conditions } },
          requeueAfterMs: isStarting ? pod.startsAtMs - clock.now() : 15_000,
        };
      },
    });
  }

  /** Tells whether an API server of a cluster is ready. */
  isServing(cluster: string): boolean {
    return [...this.pods.values()].some((pod) => pod.cluster === cluster && this.#serves(pod));
  }

  /** Lets the etcd of a pod fail for good. */
  fail(pod: SimPod): void {
    pod.isBroken = true;
    pod.isEtcdUp = false;
  }

  /** Returns the members of the etcd. */
  members(): readonly ManagedMember[] {
    return this.#members.map((each) => ({
      ...{ id: each.id, name: each.name, isLearner: each.isLearner, isLeader: this.#leader === each.id },
      peerUrls: [`https://${each.peerHost}:${peerPort}`],
      isHealthy: this.#isUp(each),
    }));
  }

  /** Returns the etcd as it is reached at addresses; `undefined` if none of them is that of a pod. */
  at(addresses: readonly string[]): EtcdServers | undefined {
    const own = [...this.pods.values()].filter(({ address }) => addresses.includes(address));
    if (own.length === 0) return undefined;
    const answering = (): void => {
      const isReached = own.some((pod) => pod.isEtcdUp && listensAt(pod, pod.address));
      if (!isReached || !this.#hasMajority()) throw failed('ETCD_UNREACHABLE', 'no member of etcd answers');
    };
    const lossy = async <T>(call: () => T): Promise<T> => {
      const { random, faults } = this.#options;
      const fate = random();
      if (fate < faults() / 2) throw failed('ETCD_UNREACHABLE', 'it was not carried out');
      answering();
      const done = call();
      if (fate < faults()) throw failed('ETCD_UNREACHABLE', 'the answer was lost');
      return done;
    };
    const memberOf = (id: string): SimMember => {
      const found = this.#members.find((each) => each.id === id);
      if (!found) throw failed('ETCD_FAILED', 'member not found');
      return found;
    };
    return {
      members: async () => await lossy(() => this.members()),
      addLearner: async (peerUrl) => await lossy(() => this.#add(new URL(peerUrl).hostname)),
      announce: async (id, peerUrl) =>
        await lossy(() => void (memberOf(id).peerHost = new URL(peerUrl).hostname)),
      promote: async (id) =>
        await lossy(() => {
          const member = memberOf(id);
          if (!this.#isUp(member) || this.#options.random() < 0.3)
            throw failed('ETCD_FAILED', 'learner is not in sync');
          member.isLearner = false;
          this.#checkMajority();
        }),
      remove: async (id) =>
        await lossy(() => {
          this.#members = this.#members.filter((each) => each.id !== id);
          this.#elect();
          this.#checkMajority();
        }),
      moveLeader: async (to) => await lossy(() => void (this.#leader = to)),
    };
  }

  #tend({ metadata, spec }: HostPod, nowMs: number): SimPod {
    const known = this.pods.get(metadata.uid);
    this.#count += known ? 0 : 1;
    const pod: SimPod = known ?? {
      ...{ name: metadata.name, address: `10.1.0.${this.#count}`, programs: [], startsAtMs: nowMs },
      cluster: `${metadata.namespace}/${metadata.labels[labels.cluster]}`,
      ...{ isEtcdUp: false, isBroken: false },
    };
    this.pods.set(metadata.uid, pod);
    if (JSON.stringify(pod.programs) !== JSON.stringify(spec.programs)) {
      const isEtcdNew = JSON.stringify(etcdOf(pod.programs)) !== JSON.stringify(etcdOf(spec.programs));
      const others = [...this.pods.values()].filter((each) => each !== pod && each.cluster === pod.cluster);
      if (
        this.#serves(pod) &&
        others.some((each) => hasServer(each)) &&
        !others.some((each) => this.#serves(each))
      )
        this.violations.push(`${pod.name} was changed while no other API server served`);
      pod.programs = spec.programs;
      pod.startsAtMs = nowMs + this.#options.delayMs();
      this.#checkVersions(pod);
      if (isEtcdNew) {
        pod.isEtcdUp = false;
        // One or two members can do without none of them.
        if (this.#voters().length > 2) this.#checkMajority();
      }
    }
    if (pod.startsAtMs <= nowMs && !pod.isEtcdUp && !pod.isBroken) this.#start(pod, metadata.uid);
    return pod;
  }

  #start(pod: SimPod, uid: string): void {
    const etcd = etcdOf(pod.programs);
    if (!etcd) return;
    const own = this.#members.find((each) => each.pod === uid);
    if (!own) {
      const cluster = argumentOf(etcd, 'initial-cluster')!;
      const peerHost = new URL(argumentOf(etcd, 'initial-advertise-peer-urls')!).hostname;
      const name = argumentOf(etcd, 'name')!;
      if (argumentOf(etcd, 'initial-cluster-state') !== 'existing') {
        if (this.#members.length > 0) return void this.violations.push(`${pod.name} began another etcd`);
        this.#members = [{ id: `${uid}#0`, pod: uid, name, peerHost, isLearner: false }];
        this.#leader = `${uid}#0`;
      } else {
        const hosts = cluster.split(',').map((each) => new URL(each.split('=')[1]!).hostname);
        const at = this.#members.findIndex((each) => each.peerHost === peerHost && each.pod === '');
        const isSame =
          this.#members.length === hosts.length &&
          this.#members.every((each) => hosts.includes(each.peerHost));
        // etcd ends at once then.
        if (at < 0 || !isSame) return;
        this.#members = this.#members.with(at, { ...this.#members[at]!, pod: uid, name });
      }
    }
    pod.isEtcdUp = true;
  }

  #add(peerHost: string): void {
    if (this.#members.some((each) => each.isLearner)) throw failed('ETCD_FAILED', 'too many learner members');
    if (this.#members.some((each) => each.peerHost === '127.0.0.1'))
      this.violations.push('a member joins one that it cannot reach');
    if (this.#members.some((each) => each.peerHost === peerHost))
      throw failed('ETCD_FAILED', 'peer URL exists');
    this.#count += 1;
    this.#members = [
      ...this.#members,
      { id: `#${this.#count}`, pod: '', name: '', peerHost, isLearner: true },
    ];
  }

  #end(uid: string): void {
    const pod = this.pods.get(uid);
    const isVoter = this.#members.some((each) => each.pod === uid && !each.isLearner);
    if (isVoter && !this.isLeaving) this.violations.push(`${pod?.name} went before its member left etcd`);
    this.pods.delete(uid);
    this.#elect();
    if (this.isLeaving && this.pods.size === 0) this.#members = [];
  }

  #statusOf({ name, image }: Program, pod: SimPod): HostProgramStatus {
    const isReady =
      name === 'kube-apiserver' ? this.#serves(pod) : name === 'etcd' ? pod.isEtcdUp : !pod.isBroken;
    return { name, image, state: 'Running', isReady };
  }

  /** An API server that runs needs a member of etcd that votes in a majority. */
  #serves(pod: SimPod): boolean {
    const member = this.#members.find((each) => this.pods.get(each.pod) === pod);
    const isRunning = hasServer(pod) && pod.startsAtMs <= Date.now();
    return isRunning && pod.isEtcdUp && member?.isLearner === false && this.#hasMajority();
  }

  /** Nothing is newer than its API server, and of controller managers that are not elected there is one. */
  #checkVersions({ name, programs, cluster }: SimPod): void {
    const version = (of: string): string =>
      programs
        .find((each) => each.name === of)
        ?.image.split(':')
        .at(-1) ?? '';
    if (version('kube-controller-manager') > version('kube-apiserver'))
      this.violations.push(`the controller manager of ${name} is newer than its API server`);
    const managers = [...this.pods.values()]
      .filter((pod) => pod.cluster === cluster)
      .flatMap((pod) => pod.programs.filter((each) => each.name === 'kube-controller-manager'));
    if (managers.length > 1 && managers.some((each) => argumentOf(each, 'leader-elect') !== 'true'))
      this.violations.push('a controller manager that was not elected is beside another one');
  }

  #isUp({ pod }: SimMember): boolean {
    return this.pods.get(pod)?.isEtcdUp === true;
  }

  #voters(): readonly SimMember[] {
    return this.#members.filter(({ isLearner }) => !isLearner);
  }

  #hasMajority(): boolean {
    const voters = this.#voters();
    return voters.filter((each) => this.#isUp(each)).length > voters.length / 2;
  }

  #checkMajority(): void {
    if (!this.isLeaving && !this.#hasMajority()) this.violations.push('etcd has lost its majority');
  }

  #elect(): void {
    if (this.#members.some((each) => each.id === this.#leader && this.#isUp(each))) return;
    this.#leader = this.#voters().find((each) => this.#isUp(each))?.id;
  }
}

const etcdOf = (programs: Programs): Program | undefined => programs.find(({ name }) => name === 'etcd');
const hasServer = ({ programs }: SimPod): boolean => programs.some(({ name }) => name === 'kube-apiserver');
const argumentOf = ({ command }: Program, name: string): string | undefined =>
  command.find((each) => each.startsWith(`--${name}=`))?.slice(name.length + 3);
const listensAt = ({ programs }: SimPod, address: string): boolean =>
  argumentOf(etcdOf(programs) ?? ({ command: [''] } as unknown as Program), 'listen-client-urls')?.includes(
    address,
  ) === true;
const failed = (code: 'ETCD_UNREACHABLE' | 'ETCD_FAILED', why: string): CodedError =>
  new CodedError(code, why, { hint: '' });
