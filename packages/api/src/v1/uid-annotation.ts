import * as v from 'valibot';

/** As Ignite has always made them; the first digits also choose the user that the VMM runs as. */
export const uidSchema = v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/, 'must be 16 lower-case hex digits'));

/** The uid that a VM gets when it is made, in place of a random one: how manifests of the original name it. */
export const uidAnnotation = 'ignite.weave.works/uid';
