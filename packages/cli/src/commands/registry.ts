import { nearest } from '@ignite/toolkit/text/nearest';
import type { Command } from '../arguments/command.ts';
import type { FoundCommand } from '../arguments/parse-command-line.ts';
import { usageError } from '../arguments/usage-error.ts';

type Load = () => Promise<Command>;

/** Every command by its name, loaded when it is called: `ps` shall not wait for `run`. */
const loaders: Readonly<Record<string, Load>> = {
  run: async () => (await import('./run.ts')).run,
  create: async () => (await import('./run.ts')).create,
  start: async () => (await import('./lifecycle.ts')).start,
  stop: async () => (await import('./lifecycle.ts')).stop,
  kill: async () => (await import('./lifecycle.ts')).kill,
  rm: async () => (await import('./lifecycle.ts')).rm,
  wait: async () => (await import('./lifecycle.ts')).wait,
  ps: async () => (await import('./ps.ts')).ps,
  'vm ls': async () => (await import('./ps.ts')).listAll,
  ssh: async () => (await import('./ssh.ts')).ssh,
  exec: async () => (await import('./ssh.ts')).exec,
  logs: async () => (await import('./logs.ts')).logs,
  attach: async () => (await import('./attach.ts')).attach,
  inspect: async () => (await import('./inspect.ts')).inspect,
  images: async () => (await import('./image.ts')).images,
  'image import': async () => (await import('./image.ts')).imageImport,
  'image rm': async () => (await import('./image.ts')).imageRemove,
  kernels: async () => (await import('./kernel.ts')).kernels,
  'kernel build': async () => (await import('./kernel.ts')).kernelBuild,
  'kernel import': async () => (await import('./kernel.ts')).kernelImport,
  'kernel rm': async () => (await import('./kernel.ts')).kernelRemove,
  apply: async () => (await import('./apply.ts')).apply,
  diff: async () => (await import('./apply.ts')).diff,
  delete: async () => (await import('./apply.ts')).deleteDeclared,
  get: async () => (await import('./get.ts')).get,
  edit: async () => (await import('./get.ts')).edit,
  explain: async () => (await import('./explain.ts')).explain,
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
  doctor: async () => (await import('./doctor.ts')).doctor,
  completion: async () => (await import('./completion.ts')).completion,
  version: async () => (await import('./version.ts')).version,
  settle: async () => (await import('./lifecycle.ts')).settle,
};

const aliases: Readonly<Record<string, string>> = {
  rmi: 'image rm',
  rmk: 'kernel rm',
  vm: 'vm ls',
  vms: 'vm ls',
  'vm list': 'vm ls',
  image: 'images',
  'image ls': 'images',
  'image list': 'images',
  kernel: 'kernels',
  'kernel ls': 'kernels',
  'kernel list': 'kernels',
  ...Object.fromEntries(
    ['run', 'create', 'start', 'stop', 'kill', 'rm', 'ps', 'ssh', 'logs', 'attach'].map((name) => [
      `vm ${name}`,
      name,
    ]),
  ),
};

const hidden = new Set(['settle']);

const commandNames: readonly string[] = Object.keys(loaders).filter((name) => !hidden.has(name));

export async function allCommands(): Promise<readonly Command[]> {
  return await Promise.all(commandNames.map((name) => loaders[name]!()));
}

/** The command that the first words name, the longer name first. @throws CodedError USAGE_INVALID */
export async function findCommand(words: readonly string[]): Promise<FoundCommand> {
  for (const count of [2, 1]) {
    if (words.length < count) continue;
    const written = words.slice(0, count).join(' ');
    const load = loaders[aliases[written] ?? written];
    if (load) return { command: await load(), words: count };
  }
  const [first] = words;
  if (first === undefined || first === 'help') return { command: undefined, words: words.length };
  throw usageError(`there is no command "${first}"`, nearestHint(first));
}

function nearestHint(written: string): string {
  const meant = nearest(written, [...commandNames, ...Object.keys(aliases)]);
  return meant === undefined ? '"ignite help" lists the commands' : `did you mean "ignite ${meant}"?`;
}
