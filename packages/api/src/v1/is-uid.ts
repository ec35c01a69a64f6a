/** The form of uids that Ignite has always generated. */
export const uidForm = /^[0-9a-f]{16}$/;

/** Pure. Tells whether a text has the form of a uid. */
export const isUid = (text: string): boolean => uidForm.test(text);
