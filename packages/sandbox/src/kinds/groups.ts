/** The groups of the Kubernetes project agent-sandbox, in the version that is served. */
export const sandboxGroup = 'agents.x-k8s.io';
export const extensionsGroup = 'extensions.agents.x-k8s.io';
export const sandboxVersion = 'v1beta1';

/** Marks the Sandboxes of a pool that nobody has claimed. Its value names the pool. */
export const poolLabel = 'agents.x-k8s.io/warm-pool-sandbox';
/** Tells from which template a Sandbox of a pool was made. */
export const templateHashLabel = 'agents.x-k8s.io/sandbox-pod-template-hash';
/** Tells whether a Sandbox was ready before it was claimed. */
export const launchTypeLabel = 'agents.x-k8s.io/launch-type';
/** Names, in a Sandbox, the claim that has it by its uid. */
export const claimLabel = 'agents.x-k8s.io/claim-uid';
/** Names, in a claim, its Sandbox. */
export const assignedAnnotation = 'agents.x-k8s.io/sandbox-name';
