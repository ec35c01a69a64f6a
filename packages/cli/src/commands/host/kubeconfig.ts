import type { Command } from '../../arguments/command.ts';
import { assertLocal, readKubeconfig } from '../../context.ts';

export const kubeconfig: Command = {
  name: 'kubeconfig',
  arguments: '',
  arity: { least: 0, most: 0 },
  summary: 'Print the kubeconfig with which kubectl reaches the API of this host',
  details: [
    'The API is served by "ignite daemon" or "ignite gitops" with --api and --api-address. Whoever has the kubeconfig may do everything that root may. Its certificate is valid for 90 days, and is renewed every day while the API is served.',
  ],
  examples: [
    'sudo ignite kubeconfig > ~/.kube/ignite',
    'kubectl --kubeconfig ~/.kube/ignite get vms -o wide',
  ],
  flags: {},
  run: async (invocation) => {
    await assertLocal(invocation, '"ignite kubeconfig"');
    invocation.io.out.write(await readKubeconfig(invocation));
    return 0;
  },
};
