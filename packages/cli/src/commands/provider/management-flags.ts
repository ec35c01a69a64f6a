import type { Flags, Invocation } from '../../arguments/command.ts';
import { usageError } from '../../arguments/usage-error.ts';

/** The flags that name a management cluster. */
export const managementFlags = {
  kubeconfig: {
    type: 'string',
    value: 'FILE',
    default: '$KUBECONFIG',
    help: 'kubeconfig of the management cluster',
  },
  'kube-context': {
    type: 'string',
    value: 'NAME',
    default: 'the current one',
    help: 'context of the kubeconfig',
  },
} as const satisfies Flags;

/** Returns the kubeconfig of the management cluster, and the context that is named. */
export function managementKubeconfig({
  flags,
  io,
}: Pick<Invocation, 'flags' | 'io'>): readonly [path: string, context: string | undefined] {
  const path = flags.text('kubeconfig') ?? io.env['KUBECONFIG'];
  if (path === undefined)
    throw usageError('no management cluster is named', 'name its kubeconfig with --kubeconfig');
  return [path, flags.text('kube-context')];
}
