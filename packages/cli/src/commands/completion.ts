import type { Command } from '../arguments/command.ts';
import { globalFlags } from '../arguments/parse-command-line.ts';
import { usageError } from '../arguments/usage-error.ts';

export const completion: Command = {
  name: 'completion',
  arguments: 'bash|zsh|fish',
  arity: { least: 0, most: 1 },
  summary: 'Print a script that completes commands, flags and the names of VMs',
  examples: [
    'ignite completion bash > /etc/bash_completion.d/ignite',
    'ignite completion zsh > "${fpath[1]}/_ignite"',
  ],
  flags: {},
  run: async ({ args, io }) => {
    const shell = args[0] ?? 'bash';
    const { allCommands } = await import('./registry.ts');
    const commands = await allCommands();
    const script = { bash, zsh, fish }[shell];
    if (!script) throw usageError(`there is no completion for "${shell}"`, 'write bash, zsh or fish');
    io.out.write(script(commands));
    return 0;
  },
};

const takesVm = ['start', 'stop', 'kill', 'rm', 'wait', 'ssh', 'exec', 'logs', 'attach', 'inspect'];
const flagsOf = (command: Command): string =>
  Object.keys({ ...command.flags, ...globalFlags })
    .map((name) => `--${name}`)
    .join(' ');

function bash(commands: readonly Command[]): string {
  const cases = commands
    .map((command) => `    "${command.name}"*) flags="${flagsOf(command)}" ;;\n`)
    .join('');
  return `# bash completion for ignite
_ignite() {
  local current="\${COMP_WORDS[COMP_CWORD]}" flags="" words="\${COMP_WORDS[*]:1:COMP_CWORD-1}"
  case "$words" in
${cases}  esac
  if [[ "$current" == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$current"))
  elif [[ COMP_CWORD -eq 1 ]]; then
    COMPREPLY=($(compgen -W "${[...new Set(commands.map(({ name }) => name.split(' ')[0]))].join(' ')}" -- "$current"))
  elif [[ " ${takesVm.join(' ')} " == *" \${COMP_WORDS[1]} "* ]]; then
    COMPREPLY=($(compgen -W "$(ignite ps -a --format '{{.metadata.name}}' 2>/dev/null)" -- "$current"))
  fi
}
complete -F _ignite ignite
`;
}

const zsh = (commands: readonly Command[]): string => `#compdef ignite
autoload -U bashcompinit && bashcompinit
${bash(commands)}`;

function fish(commands: readonly Command[]): string {
  const lines = commands.flatMap((command) => {
    const first = command.name.split(' ')[0]!;
    return [
      `complete -c ignite -f -n __fish_use_subcommand -a ${first} -d '${command.summary.replaceAll("'", "\\'")}'`,
      ...Object.keys(command.flags).map(
        (name) => `complete -c ignite -n '__fish_seen_subcommand_from ${first}' -l ${name}`,
      ),
    ];
  });
  return `${lines.join('\n')}
complete -c ignite -f -n '__fish_seen_subcommand_from ${takesVm.join(' ')}' -a "(ignite ps -a --format '{{.metadata.name}}' 2>/dev/null)"
`;
}
