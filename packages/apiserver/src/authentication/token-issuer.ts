import { decodeJwt } from 'jose';

/** Pure. Returns whom a token says that it is from, which is not yet proven; undefined if it is no JWT. */
export function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

/** Pure. Returns for whom a token says that it is, which is not yet proven. */
export function audiencesOf(token: string): readonly string[] {
  try {
    return [decodeJwt(token).aud ?? []].flat();
  } catch {
    return [];
  }
}
