import type { Command } from '../arguments/command.ts';

type Load = () => Promise<Command>;

export interface CommandGroup {
  readonly title: string;
  /** Every command by its name, loaded when it is called: `ps` shall not wait for `run`. */
  readonly commands: Readonly<Record<string, Load>>;
}

const vms: Readonly<Record<string, Load>> = {
  run: async () => (await import('./run.ts')).run,
  create: async () => (await import('./run.ts')).create,
  start: async () => (await import('./lifecycle.ts')).start,
  stop: async () => (await import('./lifecycle.ts')).stop,
  kill: async () => (await import('./lifecycle.ts')).kill,
  pause: async () => (await import('./lifecycle.ts')).pause,
  resume: async () => (await import('./lifecycle.ts')).resume,
  rm: async () => (await import('./lifecycle.ts')).rm,
  update: async () => (await import('./update.ts')).update,
  rename: async () => (await import('./rename.ts')).rename,
  wait: async () => (await import('./wait.ts')).wait,
  ps: async () => (await import('./ps.ts')).ps,
  'vm prune': async () => (await import('./prune.ts')).vmPrune,
  'vm ls': async () => (await import('./ps.ts')).listAll,
  ssh: async () => (await import('./ssh.ts')).ssh,
  exec: async () => (await import('./ssh.ts')).exec,
  cp: async () => (await import('./cp.ts')).cp,
  export: async () => (await import('./vm-transfer.ts')).exportVm,
  import: async () => (await import('./vm-transfer.ts')).importVm,
  commit: async () => (await import('./commit.ts')).commit,
  logs: async () => (await import('./logs.ts')).logs,
  attach: async () => (await import('./attach.ts')).attach,
  port: async () => (await import('./port.ts')).port,
  inspect: async () => (await import('./inspect.ts')).inspect,
  stats: async () => (await import('./stats.ts')).stats,
  metrics: async () => (await import('./metrics.ts')).metrics,
};

const images: Readonly<Record<string, Load>> = {
  images: async () => (await import('./image.ts')).images,
  'image import': async () => (await import('./image.ts')).imageImport,
  'image inspect': async () => (await import('./inspect.ts')).imageInspect,
  'image rm': async () => (await import('./image.ts')).imageRemove,
  'image prune': async () => (await import('./prune.ts')).imagePrune,
  save: async () => (await import('./image-transfer.ts')).save,
  load: async () => (await import('./image-transfer.ts')).load,
  push: async () => (await import('./image-transfer.ts')).push,
};

const kernels: Readonly<Record<string, Load>> = {
  kernels: async () => (await import('./kernel.ts')).kernels,
  'kernel build': async () => (await import('./kernel.ts')).kernelBuild,
  'kernel import': async () => (await import('./kernel.ts')).kernelImport,
  'kernel inspect': async () => (await import('./inspect.ts')).kernelInspect,
  'kernel rm': async () => (await import('./kernel.ts')).kernelRemove,
  'kernel prune': async () => (await import('./prune.ts')).kernelPrune,
};

const networks: Readonly<Record<string, Load>> = {
  'network ls': async () => (await import('./network.ts')).networks,
  'network inspect': async () => (await import('./network.ts')).networkInspect,
};

const volumes: Readonly<Record<string, Load>> = {
  'volume ls': async () => (await import('./volume.ts')).volumes,
  'volume create': async () => (await import('./volume.ts')).volumeCreate,
  'volume resize': async () => (await import('./volume.ts')).volumeResize,
  'volume inspect': async () => (await import('./volume.ts')).volumeInspect,
  'volume rm': async () => (await import('./volume.ts')).volumeRemove,
  'volume prune': async () => (await import('./prune.ts')).volumePrune,
};

const declared: Readonly<Record<string, Load>> = {
  apply: async () => (await import('./apply.ts')).apply,
  diff: async () => (await import('./apply.ts')).diff,
  delete: async () => (await import('./apply.ts')).deleteDeclared,
  convert: async () => (await import('./convert.ts')).convert,
  get: async () => (await import('./get.ts')).get,
  edit: async () => (await import('./edit.ts')).edit,
  explain: async () => (await import('./explain.ts')).explain,
};

const gitops: Readonly<Record<string, Load>> = {
  gitops: async () => (await import('./gitops.ts')).gitops,
  'gitops status': async () => (await import('./gitops-control.ts')).status,
  'gitops diff': async () => (await import('./gitops-control.ts')).diff,
  'gitops history': async () => (await import('./gitops-control.ts')).history,
  'gitops events': async () => (await import('./gitops-control.ts')).events,
  'gitops suspend': async () => (await import('./gitops-control.ts')).suspend,
  'gitops resume': async () => (await import('./gitops-control.ts')).resume,
  'gitops reconcile': async () => (await import('./gitops-control.ts')).reconcile,
  'gitops confirm': async () => (await import('./gitops-control.ts')).confirm,
  'gitops rollback': async () => (await import('./gitops-control.ts')).rollback,
  daemon: async () => (await import('./gitops.ts')).daemon,
};

const host: Readonly<Record<string, Load>> = {
  events: async () => (await import('./events.ts')).events,
  'system df': async () => (await import('./system-df.ts')).systemDf,
  prune: async () => (await import('./prune.ts')).prune,
  doctor: async () => (await import('./doctor.ts')).doctor,
  restore: async () => (await import('./restore.ts')).restore,
  'install-service': async () => (await import('./restore.ts')).installService,
  'import-legacy': async () => (await import('./import-legacy.ts')).importLegacy,
  version: async () => (await import('./version.ts')).version,
  completion: async () => (await import('./completion.ts')).completion,
  help: async () => (await import('./help.ts')).help,
};

/** As the help lists them. Names of two words that share the first are a group of their own: `ignite image --help`. */
export const commandGroups: readonly CommandGroup[] = [
  { title: 'VMs', commands: vms },
  { title: 'Images', commands: images },
  { title: 'Kernels', commands: kernels },
  { title: 'Networks', commands: networks },
  { title: 'Volumes', commands: volumes },
  { title: 'Declared in files', commands: declared },
  { title: 'Declared in Git', commands: gitops },
  { title: 'This host', commands: host },
];

/** Called by programs, not by people. */
const hidden: Readonly<Record<string, Load>> = {
  settle: async () => (await import('./lifecycle.ts')).settle,
  complete: async () => (await import('./complete.ts')).complete,
};

/** What goes by other names than the rules of spelling.ts make. */
export const aliases: Readonly<Record<string, string>> = {
  rmi: 'image rm',
  'image save': 'save',
  'image load': 'load',
  'image push': 'push',
  rmk: 'kernel rm',
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

/** Whether `name` is what a command is called in the first place. */
export const isCommandName = (name: string): boolean => Object.hasOwn(loaders, name);

/** Of all that people call. */
export const commandNames: readonly string[] = commandGroups.flatMap(({ commands }) => Object.keys(commands));

/** Of what is done to VMs, which may be called `vm NAME` too. */
export const vmCommandNames: readonly string[] = Object.keys(vms);

export async function allCommands(): Promise<readonly Command[]> {
  return await Promise.all(commandNames.map(loadCommand));
}
