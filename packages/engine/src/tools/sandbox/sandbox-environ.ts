import { sandboxEnvInvalid } from './errors.ts';

/**
 * The prefix of annotations that are environment variables of the VM's sandbox, as in the original Ignite.
 */
const prefix = 'ignite.weave.works/sandbox-env/';

/**
 * Pure. Returns the environment that a VM's annotations add to its sandbox.
 * @throws CodedError SANDBOX_ENV_INVALID
 */
export function sandboxEnviron(
  annotations: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const found = Object.entries(annotations).filter(([key]) => key.startsWith(prefix));
  for (const [key, value] of found) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key.slice(prefix.length)) || value.includes('\0'))
      throw sandboxEnvInvalid(key);
  }
  return Object.fromEntries(found.map(([key, value]) => [key.slice(prefix.length), value]));
}
