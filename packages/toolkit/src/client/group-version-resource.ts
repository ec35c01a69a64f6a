/** The objects of one kind as an API serves them, such as `machines` of `cluster.x-k8s.io/v1beta2`. */
export interface GroupVersionResource {
  /** The API group; empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** The plural name in lower case. */
  readonly resource: string;
}

/** Where an object is found. Objects of the whole cluster have no namespace. */
export interface ObjectKey extends GroupVersionResource {
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** Returns the name of a resource in messages, such as `machines.cluster.x-k8s.io`. */
export const resourceName = ({
  group,
  resource,
}: Pick<GroupVersionResource, 'group' | 'resource'>): string =>
  group === '' ? resource : `${resource}.${group}`;

/** Returns the `apiVersion` of a resource's objects. */
export const apiVersionOf = ({ group, version }: GroupVersionResource): string =>
  group === '' ? version : `${group}/${version}`;
