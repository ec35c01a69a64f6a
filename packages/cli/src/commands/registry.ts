import type { Command } from '../arguments/command.ts';

type Load = () => Promise<Command>;

export interface CommandGroup {
  readonly title: string;
  /** Every command by its name, loaded when it is called: `ps` shall not wait for `run`. */
  readonly commands: Readonly<Record<string, Load>>;
}

const vms: Readonly<Record<string, Load>> = {
  run: async () => (await import('./vm/run.ts')).run,
  create: async () => (await import('./vm/run.ts')).create,
  start: async () => (await import('./vm/lifecycle.ts')).start,
  stop: async () => (await import('./vm/lifecycle.ts')).stop,
  restart: async () => (await import('./vm/lifecycle.ts')).restart,
  kill: async () => (await import('./vm/lifecycle.ts')).kill,
  pause: async () => (await import('./vm/lifecycle.ts')).pause,
  suspend: async () => (await import('./vm/lifecycle.ts')).suspend,
  resume: async () => (await import('./vm/lifecycle.ts')).resume,
  rm: async () => (await import('./vm/lifecycle.ts')).rm,
  update: async () => (await import('./vm/update.ts')).update,
  fork: async () => (await import('./vm/copies.ts')).fork,
  clone: async () => (await import('./vm/copies.ts')).clone,
  rollback: async () => (await import('./vm/copies.ts')).rollback,
  rename: async () => (await import('./vm/rename.ts')).rename,
  wait: async () => (await import('./vm/wait.ts')).wait,
  ps: async () => (await import('./vm/ps.ts')).ps,
  'vm prune': async () => (await import('./objects/prune.ts')).vmPrune,
  'vm ls': async () => (await import('./vm/ps.ts')).listAll,
  ssh: async () => (await import('./vm/ssh.ts')).ssh,
  exec: async () => (await import('./vm/ssh.ts')).exec,
  cp: async () => (await import('./vm/cp.ts')).cp,
  export: async () => (await import('./vm/vm-transfer.ts')).exportVm,
  import: async () => (await import('./vm/vm-transfer.ts')).importVm,
  commit: async () => (await import('./vm/commit.ts')).commit,
  logs: async () => (await import('./vm/logs.ts')).logs,
  attach: async () => (await import('./vm/attach.ts')).attach,
  port: async () => (await import('./vm/port.ts')).port,
  inspect: async () => (await import('./objects/inspect.ts')).inspect,
  stats: async () => (await import('./vm/stats.ts')).stats,
  metrics: async () => (await import('./vm/metrics.ts')).metrics,
};

const images: Readonly<Record<string, Load>> = {
  images: async () => (await import('./resource/image.ts')).images,
  'image import': async () => (await import('./resource/image.ts')).imageImport,
  'image inspect': async () => (await import('./objects/inspect.ts')).imageInspect,
  'image rm': async () => (await import('./resource/image.ts')).imageRemove,
  'image prune': async () => (await import('./objects/prune.ts')).imagePrune,
  save: async () => (await import('./resource/image-transfer.ts')).save,
  load: async () => (await import('./resource/image-transfer.ts')).load,
  tag: async () => (await import('./resource/image-transfer.ts')).tag,
  push: async () => (await import('./resource/image-transfer.ts')).push,
  login: async () => (await import('./resource/login.ts')).login,
  logout: async () => (await import('./resource/login.ts')).logout,
};

const kernels: Readonly<Record<string, Load>> = {
  kernels: async () => (await import('./resource/kernel.ts')).kernels,
  'kernel build': async () => (await import('./resource/kernel.ts')).kernelBuild,
  'kernel import': async () => (await import('./resource/kernel.ts')).kernelImport,
  'kernel inspect': async () => (await import('./objects/inspect.ts')).kernelInspect,
  'kernel rm': async () => (await import('./resource/kernel.ts')).kernelRemove,
  'kernel prune': async () => (await import('./objects/prune.ts')).kernelPrune,
};

const networks: Readonly<Record<string, Load>> = {
  'network ls': async () => (await import('./resource/network.ts')).networks,
  'network inspect': async () => (await import('./resource/network.ts')).networkInspect,
};

const volumes: Readonly<Record<string, Load>> = {
  'volume ls': async () => (await import('./resource/volume.ts')).volumes,
  'volume create': async () => (await import('./resource/volume.ts')).volumeCreate,
  'volume resize': async () => (await import('./resource/volume.ts')).volumeResize,
  'volume inspect': async () => (await import('./resource/volume.ts')).volumeInspect,
  'volume rm': async () => (await import('./resource/volume.ts')).volumeRemove,
  'volume prune': async () => (await import('./objects/prune.ts')).volumePrune,
};

const snapshots: Readonly<Record<string, Load>> = {
  'snapshot ls': async () => (await import('./resource/snapshot.ts')).snapshots,
  'snapshot create': async () => (await import('./resource/snapshot.ts')).snapshotCreate,
  'snapshot inspect': async () => (await import('./resource/snapshot.ts')).snapshotInspect,
  'snapshot restore': async () => (await import('./resource/snapshot.ts')).snapshotRestore,
  'snapshot push': async () => (await import('./resource/snapshot-transfer.ts')).snapshotPush,
  'snapshot pull': async () => (await import('./resource/snapshot-transfer.ts')).snapshotPull,
  'snapshot export': async () => (await import('./resource/snapshot-transfer.ts')).snapshotExport,
  'snapshot import': async () => (await import('./resource/snapshot-transfer.ts')).snapshotImport,
  warm: async () => (await import('./vm/warm.ts')).warm,
  'warm ls': async () => (await import('./vm/warm.ts')).templates,
  'warm rm': async () => (await import('./vm/warm.ts')).templateRemove,
  'snapshot rm': async () => (await import('./resource/snapshot.ts')).snapshotRemove,
};

const pools: Readonly<Record<string, Load>> = {
  'pool ls': async () => (await import('./vm/pool.ts')).poolList,
  'pool create': async () => (await import('./vm/pool.ts')).poolCreate,
  'pool inspect': async () => (await import('./vm/pool.ts')).poolInspect,
  'pool scale': async () => (await import('./vm/pool.ts')).poolScale,
  'pool rm': async () => (await import('./vm/pool.ts')).poolRemove,
};

const declared: Readonly<Record<string, Load>> = {
  apply: async () => (await import('./declare/apply.ts')).apply,
  diff: async () => (await import('./declare/apply.ts')).diff,
  delete: async () => (await import('./declare/apply.ts')).deleteDeclared,
  convert: async () => (await import('./declare/convert.ts')).convert,
  get: async () => (await import('./declare/get.ts')).get,
  edit: async () => (await import('./declare/edit.ts')).edit,
  explain: async () => (await import('./declare/explain.ts')).explain,
};

const gitops: Readonly<Record<string, Load>> = {
  gitops: async () => (await import('./gitops/gitops.ts')).gitops,
  'gitops status': async () => (await import('./gitops/status.ts')).status,
  'gitops diff': async () => (await import('./gitops/diff.ts')).diff,
  'gitops history': async () => (await import('./gitops/history.ts')).history,
  'gitops events': async () => (await import('./gitops/history.ts')).events,
  'gitops suspend': async () => (await import('./gitops/alter.ts')).suspend,
  'gitops resume': async () => (await import('./gitops/alter.ts')).resume,
  'gitops reconcile': async () => (await import('./gitops/reconcile.ts')).reconcile,
  'gitops confirm': async () => (await import('./gitops/alter.ts')).confirm,
  'gitops rollback': async () => (await import('./gitops/alter.ts')).rollback,
  daemon: async () => (await import('./gitops/gitops.ts')).daemon,
};

const clusters: Readonly<Record<string, Load>> = {
  'cluster ls': async () => (await import('./cluster/list.ts')).clusterList,
  'cluster create': async () => (await import('./cluster/create.ts')).clusterCreate,
  'cluster describe': async () => (await import('./cluster/describe.ts')).clusterDescribe,
  'cluster kubeconfig': async () => (await import('./cluster/kubeconfig.ts')).clusterKubeconfig,
  'cluster scale': async () => (await import('./cluster/scale.ts')).clusterScale,
  'cluster upgrade': async () => (await import('./cluster/upgrade.ts')).clusterUpgrade,
  'cluster pause': async () => (await import('./cluster/pause.ts')).clusterPause,
  'cluster suspend': async () => (await import('./cluster/suspend.ts')).clusterSuspend,
  'cluster resume': async () => (await import('./cluster/resume.ts')).clusterResume,
  'cluster snapshot': async () => (await import('./cluster/snapshot.ts')).clusterSnapshot,
  'cluster restore': async () => (await import('./cluster/restore.ts')).clusterRestore,
  'cluster delete': async () => (await import('./cluster/delete.ts')).clusterDelete,
  'provider install': async () => (await import('./provider/install.ts')).providerInstall,
  'provider kubeconfig': async () => (await import('./provider/kubeconfig.ts')).providerKubeconfig,
};

const footloose: Readonly<Record<string, Load>> = {
  'footloose create': async () => (await import('./footloose/create.ts')).footlooseCreate,
  'footloose show': async () => (await import('./footloose/show.ts')).footlooseShow,
  'footloose ssh': async () => (await import('./footloose/ssh.ts')).footlooseSsh,
  'footloose start': async () => (await import('./footloose/lifecycle.ts')).footlooseStart,
  'footloose stop': async () => (await import('./footloose/lifecycle.ts')).footlooseStop,
  'footloose delete': async () => (await import('./footloose/lifecycle.ts')).footlooseDelete,
  'footloose config': async () => (await import('./footloose/config.ts')).footlooseConfig,
};

const etcds: Readonly<Record<string, Load>> = {
  'etcd ls': async () => (await import('./etcd/list.ts')).etcdList,
  'etcd create': async () => (await import('./etcd/create.ts')).etcdCreate,
  'etcd describe': async () => (await import('./etcd/describe.ts')).etcdDescribe,
  'etcd env': async () => (await import('./etcd/env.ts')).etcdEnv,
  'etcd scale': async () => (await import('./etcd/scale.ts')).etcdScale,
  'etcd upgrade': async () => (await import('./etcd/upgrade.ts')).etcdUpgrade,
  'etcd backup': async () => (await import('./etcd/backup.ts')).etcdBackup,
  'etcd restore': async () => (await import('./etcd/create.ts')).etcdRestore,
  'etcd delete': async () => (await import('./etcd/delete.ts')).etcdDelete,
};

const host: Readonly<Record<string, Load>> = {
  events: async () => (await import('./host/events.ts')).events,
  'system df': async () => (await import('./host/system-df.ts')).systemDf,
  prune: async () => (await import('./objects/prune.ts')).prune,
  doctor: async () => (await import('./host/doctor.ts')).doctor,
  restore: async () => (await import('./host/restore.ts')).restore,
  'install-service': async () => (await import('./host/install-service.ts')).installService,
  'support-bundle': async () => (await import('./host/support-bundle.ts')).supportBundle,
  kubeconfig: async () => (await import('./host/kubeconfig.ts')).kubeconfig,
  'token create': async () => (await import('./host/token.ts')).tokenCreate,
  'token ls': async () => (await import('./host/token.ts')).tokenList,
  'token rm': async () => (await import('./host/token.ts')).tokenRemove,
  'import-legacy': async () => (await import('./host/import-legacy.ts')).importLegacy,
  'context ls': async () => (await import('./host/context.ts')).contextList,
  'context create': async () => (await import('./host/context.ts')).contextCreate,
  'context use': async () => (await import('./host/context.ts')).contextUse,
  'context show': async () => (await import('./host/context.ts')).contextShow,
  'context rm': async () => (await import('./host/context.ts')).contextRemove,
  version: async () => (await import('./host/version.ts')).version,
  completion: async () => (await import('./help/completion.ts')).completion,
  help: async () => (await import('./help/help.ts')).help,
};

/** As the help lists them. Names of two words that share the first are a group of their own: `ignite image --help`. */
export const commandGroups: readonly CommandGroup[] = [
  { title: 'VMs', commands: vms },
  { title: 'Images', commands: images },
  { title: 'Kernels', commands: kernels },
  { title: 'Networks', commands: networks },
  { title: 'Volumes', commands: volumes },
  { title: 'Snapshots', commands: snapshots },
  { title: 'Pools', commands: pools },
  { title: 'Manifests', commands: declared },
  { title: 'GitOps', commands: gitops },
  { title: 'Clusters', commands: clusters },
  { title: 'etcd', commands: etcds },
  { title: 'Footloose', commands: footloose },
  { title: 'Host', commands: host },
];

/** Called by programs, not by people. */
const hidden: Readonly<Record<string, Load>> = {
  settle: async () => (await import('./vm/lifecycle.ts')).settle,
  'system dial-stdio': async () => (await import('./host/dial-stdio.ts')).dialStdio,
  complete: async () => (await import('./help/complete.ts')).complete,
};

/** What goes by other names than the rules of spelling.ts make. */
export const aliases: Readonly<Record<string, string>> = {
  rmi: 'image rm',
  'image save': 'save',
  'image load': 'load',
  'image push': 'push',
  'image tag': 'tag',
  rmk: 'kernel rm',
  'cluster rm': 'cluster delete',
  'etcd rm': 'etcd delete',
  'footloose status': 'footloose show',
  unpause: 'resume',
  top: 'stats',
  'vm top': 'stats',
  'system prune': 'prune',
};

/** What the daemon's name stands for. */
export const daemonCommands = ['gitops', 'daemon', 'completion', 'version'] as const;

const loaders: Readonly<Record<string, Load>> = Object.assign(
  {},
  hidden,
  ...commandGroups.map(({ commands }) => commands),
);

export async function loadCommand(name: string): Promise<Command> {
  return await loaders[name]!();
}

/** Of all commands, those too that only programs call. */
export const allNames: readonly string[] = Object.keys(loaders);

/** Whether `name` is what a command is called in the first place. */
export const isCommandName = (name: string): boolean => Object.hasOwn(loaders, name);

/** Of all that people call. */
export const commandNames: readonly string[] = commandGroups.flatMap(({ commands }) => Object.keys(commands));

/** Of what is done to VMs, which may be called `vm NAME` too. */
export const vmCommandNames: readonly string[] = Object.keys(vms);

export async function allCommands(): Promise<readonly Command[]> {
  return await Promise.all(commandNames.map(loadCommand));
}
