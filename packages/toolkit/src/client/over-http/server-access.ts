import type { Duplex } from 'node:stream';

/** How an API server is reached, and as whom. */
export interface ServerAccess {
  /** The address, such as `https://10.0.0.1:6443`. */
  readonly url: string;
  /** What people call the server, if that is not its address. */
  readonly name?: string;
  /** Opens a connection that leads to the server by another way than its address. */
  readonly connect?: () => Duplex;
  /** The namespace that is meant where a person names none. */
  readonly namespace?: string;
  readonly tls?: ServerTls;
  /** Returns the bearer token. It is asked for each request, since tokens in files are renewed. */
  readonly token?: () => Promise<string>;
}

export interface ServerTls {
  /** The authorities' certificates in PEM. Without them, those of the system are trusted. */
  readonly ca?: string;
  /** The client's certificate and key in PEM. */
  readonly cert?: string;
  readonly key?: string;
  /** The name in the server's certificate, if it is not that of the address. */
  readonly servername?: string;
  /** False to trust any certificate. */
  readonly rejectUnauthorized?: boolean;
}
