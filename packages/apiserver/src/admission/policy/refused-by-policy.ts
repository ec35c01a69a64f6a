import type { AdmittedWrite } from '@ignite/toolkit/client/admission';
import { resourceName } from '@ignite/toolkit/client/group-version-resource';
import type { Status } from '../../response/status.ts';
import type { RefusalReason } from './judge-policy.ts';
import { refusalCodes } from './policy.ts';

/** A refusal of a policy. */
export interface PolicyRefusal {
  readonly policy: string;
  /** The binding that puts the policy into force; absent if the policy itself cannot be used. */
  readonly binding?: string;
  readonly message: string;
  readonly reason: RefusalReason;
}

/** Pure. Returns what the author of a write is told that a policy refuses. */
export function refusedByPolicyStatus(
  { kind, object, old }: AdmittedWrite,
  { policy, binding, message, reason }: PolicyRefusal,
): Status {
  const { name } = (object ?? old)!.metadata;
  const by = binding === undefined ? '' : ` with binding '${binding}'`;
  const cause = `ValidatingAdmissionPolicy '${policy}'${by} denied request: ${message}`;
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `${resourceName(kind)} "${name}" is forbidden: ${cause}`,
    reason,
    details: {
      name,
      ...(kind.group !== '' && { group: kind.group }),
      kind: kind.resource,
      causes: [{ message: cause }],
    },
    code: refusalCodes[reason],
  };
}
