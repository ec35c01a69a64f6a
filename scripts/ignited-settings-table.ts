import { settingEntries } from '@ignite/api/ignited/ignited-settings';

/** Pure. Returns the table of the settings of ignited: fields of the file, flags and what they do. */
export function ignitedSettingsTable(): string {
  const rows = settingEntries.map(([name, { field, help, values, default: otherwise, isReloaded }]) => {
    const allowed = values ? ` (${values.join(', ')})` : '';
    const usual = otherwise === undefined ? '' : `; by default ${otherwise}`;
    const sentence = `${help[0]!.toUpperCase()}${help.slice(1)}`;
    return `| \`${field}\`${allowed} | \`--${name}\` | ${sentence}${usual}${isReloaded ? ' (SIGHUP)' : ''} |`;
  });
  return ['| field | flag | meaning |', '| --- | --- | --- |', ...rows, ''].join('\n');
}
