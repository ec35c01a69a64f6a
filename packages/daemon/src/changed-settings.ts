import {
  type IgnitedSettingName,
  type IgnitedValues,
  settingEntries,
} from '@ignite/api/ignited/ignited-settings';

/** The settings that differ: those that hold at once, and those that hold after a restart. */
export interface ChangedSettings {
  readonly taken: readonly IgnitedSettingName[];
  readonly awaitingRestart: readonly IgnitedSettingName[];
}

/** Pure. Compares what ignited was told at its start, or at the last change, with what it is told now. */
export function changedSettings(before: IgnitedValues, after: IgnitedValues): ChangedSettings {
  const changed = settingEntries.filter(([name]) => textOf(before[name]) !== textOf(after[name]));
  const named = (isReloaded: boolean): readonly IgnitedSettingName[] =>
    changed.filter(([, setting]) => (setting.isReloaded ?? false) === isReloaded).map(([name]) => name);
  return { taken: named(true), awaitingRestart: named(false) };
}

const textOf = (value: unknown): string => JSON.stringify(value ?? null);
