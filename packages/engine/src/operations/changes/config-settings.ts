import type { ImageConfigChanges } from '@ignite/api/client/change-client';

/** Pure. Returns the settings of umoci-config(1) for a change. A given list replaces the whole old list. */
export function configSettings(config: ImageConfigChanges): readonly (readonly [string, string])[] {
  const list = (name: string, values: readonly string[] | undefined) =>
    (values ?? []).map((value) => [`config.${name}`, value] as const);
  const whole = (name: string, values: readonly string[] | undefined) =>
    values === undefined ? [] : [['clear', `config.${name}`] as const, ...list(name, values)];
  const text = (name: string, value: string | undefined) =>
    value === undefined ? [] : [[`config.${name}`, value] as const];
  return [
    ...whole('entrypoint', config.entrypoint),
    ...whole('cmd', config.cmd),
    ...list('env', config.env),
    ...list('label', config.labels),
    ...list('exposedports', config.exposedPorts),
    ...text('user', config.user),
    ...text('workingdir', config.workingDir),
    ...text('stopsignal', config.stopSignal),
  ];
}
