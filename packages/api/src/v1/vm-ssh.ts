import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';
import { absolutePath } from './absolute-path.ts';

const publicKey = v.pipe(
  v.string(),
  v.regex(
    /^(ssh-|ecdsa-|sk-)\S+ [A-Za-z0-9+/=]+( [^\n\r]*)?$/,
    'must be a public key, as in a line of authorized_keys(5)',
  ),
);

/** Who may log in to the VM by SSH. Several ways may be combined. */
export const vmSshSchema = v.pipe(
  v.strictObject({
    generateKey: described(
      'Generates a key pair for this VM, with which the commands of Ignite log in.',
      v.optional(v.boolean()),
    ),
    authorizedKeysFile: described(
      'File of the host with public keys, which is read at each start.',
      v.optional(absolutePath),
    ),
    authorizedKeys: described(
      'Public keys.',
      v.optional(v.pipe(v.array(publicKey), v.minLength(1), v.maxLength(64))),
    ),
  }),
  v.check(
    ({ generateKey, authorizedKeysFile, authorizedKeys }) =>
      generateKey === true || (authorizedKeysFile ?? authorizedKeys) !== undefined,
    'must have generateKey: true, authorizedKeysFile or authorizedKeys',
  ),
);
export type VmSsh = v.InferOutput<typeof vmSshSchema>;
