import * as v from 'valibot';

/** Whether a VM that ended by itself is started again; `most` bounds how often. */
export type RestartPolicy =
  | { readonly kind: 'no' | 'always' | 'unless-stopped' }
  | { readonly kind: 'on-failure'; readonly most?: number };

/** Docker's words for restart policies. */
export const restartPolicySchema = v.pipe(
  v.string(),
  v.regex(
    /^(?:no|always|unless-stopped|on-failure(?::[1-9]\d{0,5})?)$/,
    'must be no, on-failure, on-failure:COUNT, always or unless-stopped',
  ),
);

/** Pure. Reads what `restartPolicySchema` accepts; VMs that were made before there were policies have none. */
export function parseRestartPolicy(text: string | undefined): RestartPolicy {
  const [kind = 'no', most] = (text ?? 'no').split(':');
  switch (kind) {
    case 'always':
    case 'unless-stopped':
      return { kind };
    case 'on-failure':
      return { kind, ...(most !== undefined && { most: Number(most) }) };
    default:
      return { kind: 'no' };
  }
}
