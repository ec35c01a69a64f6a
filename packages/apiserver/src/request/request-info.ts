/** What a request asks for, as its method, path and query say (Kubernetes: apiserver `RequestInfo`). */
export type RequestInfo = ResourceRequest | PathRequest;

/** A request for objects of a kind. */
export interface ResourceRequest {
  readonly isResource: true;
  readonly verb: ResourceVerb;
  /** The API group; empty for Kubernetes' core group. */
  readonly group: string;
  readonly version: string;
  /** The plural name of the kind. */
  readonly resource: string;
  readonly subresource?: string;
  /** Absent for kinds of the cluster, and for a list of all namespaces. */
  readonly namespace?: string;
  /** Absent where the request concerns all objects of the kind, and for `create`. */
  readonly name?: string;
}

export type ResourceVerb =
  'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

/** A request for anything else, such as discovery, OpenAPI or health. */
export interface PathRequest {
  readonly isResource: false;
  /** The HTTP method in lower case. */
  readonly verb: string;
  readonly path: string;
}
