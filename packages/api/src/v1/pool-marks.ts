/** Marks a VM as a member of the pool that its value names, in the namespace of the VM. Whoever takes the VM takes the label off. */
export const poolLabel = 'ignite.weave.works/pool';

/** Tells, in a member of a pool, from which template of the pool it was made. */
export const poolRevisionAnnotation = 'ignite.weave.works/pool-revision';

/** Tells, in a VM that was taken from a pool, the UID of the pool, the name that it had there and the one that it is to have. */
export const takenAsAnnotation = 'ignite.weave.works/taken-as';

/** The finalizer by which a pool stays until its members are gone. */
export const poolFinalizer = 'ignite.weave.works/pool';
