import * as v from 'valibot';

/** Determines whether a VM that ended by itself is restarted. `most` limits the number of restarts. */
export type RestartPolicy =
  | { readonly kind: 'no' | 'always' | 'unless-stopped' }
  | { readonly kind: 'on-failure'; readonly most?: number };

/** The schema of restart policies, in Docker's notation. */
export const restartPolicySchema = v.pipe(
  v.string(),
  v.regex(
    /^(?:no|always|unless-stopped|on-failure(?::[1-9]\d{0,5})?)$/,
    'must be no, on-failure, on-failure:COUNT, always or unless-stopped',
  ),
);

/**
 * Pure. Parses a text that `restartPolicySchema` accepts. VMs that were created before restart policies
 * existed have none.
 */
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
