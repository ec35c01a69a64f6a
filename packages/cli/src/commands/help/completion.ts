import { nearest } from '@ignite/toolkit/text/nearest';
import type { Command } from '../../arguments/command.ts';
import { usageError } from '../../arguments/usage-error.ts';

export const completion: Command = {
  name: 'completion',
  arguments: '[bash|zsh|fish]',
  arity: { least: 0, most: 1 },
  summary: 'Generate the completion script for a shell',
  details: [
    'The script completes commands, flags, and the names of VMs, images, kernels and other objects, which it asks Ignite for each time. The default shell is bash.',
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
        `unsupported shell "${shell}"`,
        meant === undefined ? 'use bash, zsh or fish' : `did you mean "${meant}"?`,
      );
    }
    io.out.write(scripts[shell as keyof typeof scripts]);
    return 0;
  },
};
