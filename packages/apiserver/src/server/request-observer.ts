/** What metrics tell of a request. There are only so many of them, whatever clients ask for. */
export interface ObservedRequest {
  /** In capitals, as metrics of Kubernetes have it, such as `LIST` and `APPLY`. */
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  /** The plural name of a kind that is served; empty for everything else. */
  readonly resource: string;
  /** The part of an object, or one of the known paths that lead to no objects. */
  readonly subresource: string;
  /** How much it concerns: one object, a namespace or all of them. */
  readonly scope: 'resource' | 'namespace' | 'cluster' | '';
  /** `All` for a request that changes nothing. */
  readonly dryRun: string;
  readonly isWrite: boolean;
  /** Whether it lasts as long as the client wants, as watches do. */
  readonly isLong: boolean;
}

/** Is told of the requests to a server, for metrics. */
export interface RequestObserver {
  /** Called when a request has come. What it returns is called when it has been answered, or broken off. */
  begin(request: ObservedRequest): (answered: { readonly code: number; readonly seconds: number }) => void;
}
