import type { MachineStatus } from './machine-status.ts';

const header = ['NAME', 'HOSTNAME', 'PORTS', 'IP', 'IMAGE', 'CMD', 'STATE', 'BACKEND'];
const gap = 3;

/**
 * Pure. Returns the table of `footloose show`, byte for byte: the ports of a machine are numbered, and all cells but the
 * last of a line are padded, empty ones too.
 */
export function machineTable(machines: readonly (MachineStatus & { readonly backend: string })[]): string {
  const rows = [
    header,
    ...machines.map(({ container, hostname, ports, ip, image, cmd, state, backend }) => [
      container,
      hostname,
      (ports ?? []).map(({ guest, host }, at) => `${at}->{${guest} ${host}}`).join(','),
      ip,
      image,
      cmd,
      state,
      backend,
    ]),
  ];
  const widths = header.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)) + gap);
  return rows
    .map((row) => row.map((cell, at) => (at < row.length - 1 ? cell.padEnd(widths[at]!) : cell)).join(''))
    .map((line) => `${line}\n`)
    .join('');
}

/** Pure. Returns the document of `footloose show -o json`, as Go writes JSON. */
export const machineDocument = (machines: readonly MachineStatus[]): string =>
  `${JSON.stringify({ machines: machines.length > 0 ? machines : null }, undefined, 2).replaceAll(
    /[<>&\u2028\u2029]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )}\n`;
