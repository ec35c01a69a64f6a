/** Pure. Writes a time as Kubernetes writes those of leases and events: with six digits after the point. */
export const microTime = (ms: number): string => new Date(ms).toISOString().replace('Z', '000Z');
