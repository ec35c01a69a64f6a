import type { DoctorCheck } from '@ignite/api/client/host-client';
import { examineHost } from '@ignite/engine/host/doctor';
import type { Command } from '../../arguments/command.ts';
import { withClient } from '../../context.ts';
import { documentFlag, documentFormatOf, printDocument } from '../../render/objects.ts';

const marks = { ok: '✓', missing: '✗', degraded: '!' } as const;

export const doctor: Command = {
  name: 'doctor',
  arguments: '',
  arity: { least: 0, most: 0 },
  summary: 'Tell what this host has, what it lacks, what that costs, and how to get it',
  examples: ['ignite doctor', 'ignite doctor --fix', 'ignite doctor -o json'],
  flags: {
    fix: { type: 'boolean', help: 'install what is missing, and let the group "ignite" look at VMs' },
    output: documentFlag,
  },
  run: async (invocation) => {
    const { flags, io } = invocation;
    const format = documentFormatOf(flags);
    const checks = flags.isSet('fix')
      ? await withClient(invocation, (client, op) => client.host.fix(op))
      : await examineHost(io.env); // which whoever is not root may do too
    if (format) await printDocument({ checks }, format, io);
    else io.out.write(checks.map(renderCheck).join(''));
    return checks.some((check) => check.state === 'missing') ? 1 : 0;
  },
};

function renderCheck(check: DoctorCheck): string {
  const lines = [`${marks[check.state]} ${check.name}: ${check.found}`];
  if (check.cost !== undefined) lines.push(`    costs: ${check.cost}`);
  if (check.cure !== undefined) lines.push(`    cure:  ${check.cure}`);
  return lines.map((line) => `${line}\n`).join('');
}
