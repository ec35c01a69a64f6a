import * as v from 'valibot';
import { uidForm } from './is-uid.ts';

/** A uid, whose first digits also choose the user that the VMM runs as. */
export const uidSchema = v.pipe(v.string(), v.regex(uidForm, 'must be 16 lower-case hex digits'));

/** The uid that a new VM gets instead of a random one, for manifests of the original. */
export const uidAnnotation = 'ignite.weave.works/uid';
