import { join } from 'node:path';
import { AuditLog } from '@ignite/apiserver/audit/audit-log';
import type { AuditPolicy } from '@ignite/apiserver/audit/audit-policy';
import type { AuditTrail } from '@ignite/apiserver/audit/audited-exchange';

/** A day of a busy host fits into a file, and all files into a disk. */
const size = { maxBytes: 100 * 2 ** 20, maxFiles: 10 };

/** Records requests in `audit.log` in the folder of the API, which only its user can read. */
export function openAuditTrail(dir: string, policy: AuditPolicy): AuditTrail & AsyncDisposable {
  const log = new AuditLog({ path: join(dir, 'audit.log'), ...size });
  return {
    policy,
    write: async (event) => await log.write(event),
    [Symbol.asyncDispose]: async () => await log[Symbol.asyncDispose](),
  };
}
