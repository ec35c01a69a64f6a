import type { Command } from '../../arguments/command.ts';
import { withClient } from '../../context.ts';
import { startedLine } from '../vm/started-line.ts';

export const restore: Command = {
  name: 'restore',
  arguments: '',
  arity: { least: 0, most: 0 },
  summary: 'Start VMs according to their restart policies after the host was down',
  details: [
    'The policy "always" starts a VM that has been started before, "unless-stopped" one that nobody has stopped, and "on-failure" one that failed or went down with the host. VMs that are running are left alone.',
    '"ignite install-service" runs this command at each boot.',
  ],
  examples: ['ignite restore'],
  flags: {},
  run: async (invocation) =>
    await withClient(invocation, async (client, op) => {
      const { io, flags } = invocation;
      const restored = await client.life.restore(op);
      const failed = restored.filter(({ failure }) => failure !== undefined);
      for (const { vm, failure } of restored)
        if (failure === undefined)
          io.out.write(flags.isSet('quiet') ? `${vm.metadata.uid}\n` : startedLine(vm));
      if (failed.length > 0) {
        const { renderError } = await import('@ignite/api/render-error');
        for (const { vm, failure } of failed)
          io.err.write(`VM "${vm.metadata.name}" was not started:\n${renderError(failure, false)}`);
      }
      return failed.length > 0 ? 1 : 0;
    }),
};
