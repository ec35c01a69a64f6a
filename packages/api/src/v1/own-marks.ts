/** Pure. Tells whether a label or annotation is one of those by which Ignite itself, or a Sync, is told what to do with an object. */
export const isIgnitesOwn = (name: string): boolean => /^(ignite|gitops)\.weave\.works\//.test(name);
