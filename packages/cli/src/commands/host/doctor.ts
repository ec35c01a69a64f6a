import type { DoctorCheck } from '@ignite/api/client/host-client';
import type { Command } from '../../arguments/command.ts';
import { examineHost, withClient } from '../../context.ts';
import { documentFlag, documentFormatOf, printDocument } from '../../render/objects.ts';

const marks = { ok: '✓', missing: '✗', degraded: '!' } as const;

export const doctor: Command = {
  name: 'doctor',
  arguments: '',
  arity: { least: 0, most: 0 },
  summary: 'Check this host, and show what is missing and how to fix it',
  examples: ['ignite doctor', 'ignite doctor --fix', 'ignite doctor -o json'],
  flags: {
    fix: {
      type: 'boolean',
      help: 'install missing packages, restore packet filters, and give the group "ignite" read access to VMs',
    },
    output: documentFlag,
  },
  run: async (invocation) => {
    const { flags, io } = invocation;
    const format = documentFormatOf(flags);
    const checks = flags.isSet('fix')
      ? await withClient(invocation, (client, op) => client.host.fix(op))
      : await examineHost(invocation);
    if (format) await printDocument({ checks }, format, io);
    else io.out.write(checks.map(renderCheck).join(''));
    return checks.some((check) => check.state === 'missing') ? 1 : 0;
  },
};

function renderCheck(check: DoctorCheck): string {
  const lines = [`${marks[check.state]} ${check.name}: ${check.found}`];
  if (check.cost !== undefined) lines.push(`    impact: ${check.cost}`);
  if (check.cure !== undefined) lines.push(`    fix:    ${check.cure}`);
  return lines.map((line) => `${line}\n`).join('');
}
