import { nearest } from '@ignite/toolkit/text/nearest';
import type { Command } from '../../arguments/command.ts';
import { usageError } from '../../arguments/usage-error.ts';

export const completion: Command = {
  name: 'completion',
  arguments: '[bash|zsh|fish]',
  arity: { least: 0, most: 1 },
  summary: 'Print a script that completes commands, flags and names in a shell',
  details: [
    'What is offered is asked of Ignite itself at each press of the key: its commands and flags, and the VMs, images and kernels that are there. Without a shell the script is for bash.',
  ],
  examples: [
    'source <(ignite completion bash)',
    'ignite completion bash > /etc/bash_completion.d/ignite',
    'ignite completion zsh > "${fpath[1]}/_ignite"',
    'ignite completion fish > ~/.config/fish/completions/ignite.fish',
  ],
  flags: {},
  run: async ({ args, io }) => {
    const { scripts } = await import('../../completion/scripts.ts');
    const shell = args[0] ?? 'bash';
    if (!Object.hasOwn(scripts, shell)) {
      const meant = nearest(shell, Object.keys(scripts));
      throw usageError(
        `there is no completion for "${shell}"`,
        meant === undefined ? 'write bash, zsh or fish' : `did you mean "${meant}"?`,
      );
    }
    io.out.write(scripts[shell as keyof typeof scripts]);
    return 0;
  },
};
