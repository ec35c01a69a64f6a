import { type CelFunc, CelScalar, celFunc, celMethod, listType, mapType } from '@bufbuild/cel';
import { opaqueType } from '../opaque-type.ts';

const { BOOL, STRING } = CelScalar;
const { type, of, textOf } = opaqueType('kubernetes.URL');

/** Kubernetes' functions of URLs. */
export const urlFunctions: readonly CelFunc[] = [
  celFunc('isURL', [STRING], BOOL, (text) => parsed(text) !== undefined),
  celFunc('url', [STRING], type, (text) => {
    if (!parsed(text)) throw new Error(`URL parse error during conversion from string: ${invalidUri(text)}`);
    return of(text);
  }),
  part('getScheme', ({ protocol }) => protocol.slice(0, -1)),
  part('getHost', ({ host }) => host),
  part('getHostname', ({ hostname }) => hostname.replace(/^\[|\]$/g, '')),
  part('getPort', ({ port }) => port),
  part('getEscapedPath', ({ pathname }) => pathname),
  celMethod('getQuery', type, [], mapType(STRING, listType(STRING)), function () {
    const { searchParams } = partsOf(textOf(this));
    return new Map([...new Set(searchParams.keys())].map((name) => [name, searchParams.getAll(name)]));
  }),
];

type Parts = Pick<URL, 'protocol' | 'host' | 'hostname' | 'port' | 'pathname' | 'searchParams'>;

/** Where paths without a host are looked at, whose parts are then empty. */
const nowhere = 'path://nowhere';

/** Returns the parts of an absolute URL, or of a path that begins with a slash. */
function parsed(text: string): Parts | undefined {
  if (text.startsWith('/')) {
    const { pathname, searchParams } = new URL(nowhere + text);
    return { protocol: ':', host: '', hostname: '', port: '', pathname, searchParams };
  }
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  // The class leaves out ports that are the usual ones.
  const written = /^[^:]+:\/\/(?:[^/?#@]*@)?([^/?#]*)/.exec(text)?.[1] ?? url.host;
  const port = /:(\d*)$/.exec(written)?.[1] ?? '';
  const pathname = /^[^:]+:\/\/[^/?#]*(?:[?#]|$)/.test(text) ? '' : url.pathname;
  return {
    protocol: url.protocol,
    host: written,
    hostname: url.hostname,
    port,
    pathname,
    searchParams: url.searchParams,
  };
}

function partsOf(text: string): Parts {
  return parsed(text)!;
}

function part(name: string, of: (parts: Parts) => string): CelFunc {
  return celMethod(name, type, [], STRING, function () {
    return of(partsOf(textOf(this)));
  });
}

const invalidUri = (text: string): string => `parse ${JSON.stringify(text)}: invalid URI for request`;
