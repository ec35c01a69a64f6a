import type { Runner } from '@ignite/toolkit/process/runner';

/** Returns a runner whose tools work on the network of a namespace. They see the files and the processes of the host. */
export const inNamespace = (path: string, runner: Runner): Runner => ({
  run: async ({ tool, args, ...command }, signal) =>
    await runner.run({ ...command, tool: 'nsenter', args: [`--net=${path}`, '--', tool, ...args] }, signal),
});
