import { quotedWord } from '@ignite/toolkit/text/shell-word';

/** The busybox that guest/init puts into every VM. */
const busybox = '/run/ignite/busybox';

/** The file at a path of a VM; `mode` is octal. */
export type GuestFile =
  | { readonly kind: 'absent' }
  | { readonly kind: 'folder' }
  | { readonly kind: 'file'; readonly mode: number };

/**
 * Determines the target of a copy and passes it to the scripts below as
 * `$t`. Its arguments are the path `$1`, the name `$2` and the kind `$3`.
 */
const target = `b=${busybox}; t=$1
if [ -d "$t" ]; then
	[ "$3" = folder ] && [ "$($b basename "$t")" = "$2" ] || t=\${t%/}/$2
fi
case $1 in */) [ -d "$1" ] || [ "$3" = folder ] || { echo "there is no directory $1" >&2; exit 1; } ;; esac
t=\${t%/}; t=\${t:-/}
[ -d "$($b dirname "$t")" ] || { echo "there is no directory $($b dirname "$t")" >&2; exit 1; }
`;

const receiveFolder = `${target}
[ ! -e "$t" ] || [ -d "$t" ] || { echo "$t is not a directory and cannot be replaced by one" >&2; exit 1; }
$b mkdir -p "$t" && exec $b tar -x -p -f - -C "$t"`;

const receiveFile = `${target}
[ ! -d "$t" ] || { echo "$t is a directory and cannot be replaced by a file" >&2; exit 1; }
d=$t.copying-$$; trap '$b rm -f "$d"' EXIT
$b cat >"$d" && $b chown "$5" "$d" && $b chmod "$4" "$d" && $b touch -d "@$6" "$d" && $b mv -f "$d" "$t"`;

const probe = `b=${busybox}
if [ -d "$1" ]; then echo folder; elif [ -e "$1" ]; then $b stat -L -c 'file %a' "$1"; else echo absent; fi`;

const sendFile = `exec ${busybox} cat "$1"`;
const sendFolder = `b=${busybox}; exec $b tar -c $2 -f - -C "$1" .`;
const packNamed = `b=${busybox}; p=$($b realpath "$1") && exec $b tar -c $2 -f - -C "$($b dirname "$p")" "$($b basename "$p")"`;
const unpack = `b=${busybox}; [ -d "$1" ] || { echo "there is no directory $1" >&2; exit 1; }; exec $b tar -x -p -f - -C "$1"`;

/** Pure. Returns the command line for the VM's shell that runs a script with its arguments. */
const line = (script: string, ...args: readonly string[]): string =>
  [busybox, 'sh', '-c', script, 'ignite', ...args].map(quotedWord).join(' ');

export interface HostFile {
  readonly name: string;
  readonly mode: number;
  readonly owner: { readonly uid: number; readonly gid: number };
  /** The time of modification in seconds since 1970. */
  readonly modified: number;
}

const followFlag = (follow: boolean): string => (follow ? '-h' : '');

/** Pure. The command lines of a copy, for the VM's shell. */
export const copyLines = {
  probe: (path: string): string => line(probe, path),
  receiveFolder: (path: string, name: string): string => line(receiveFolder, path, name, 'folder'),
  receiveFile: (path: string, { name, mode, owner, modified }: HostFile): string =>
    line(
      receiveFile,
      path,
      name,
      'file',
      (mode & 0o7777).toString(8),
      `${owner.uid}:${owner.gid}`,
      String(modified),
    ),
  sendFile: (path: string): string => line(sendFile, path),
  sendFolder: (path: string, follow: boolean): string => line(sendFolder, path, followFlag(follow)),
  pack: (path: string, follow: boolean): string => line(packNamed, path, followFlag(follow)),
  unpack: (path: string): string => line(unpack, path),
};

/** Pure. Parses the output of `copyLines.probe`. */
export function parseProbe(text: string): GuestFile {
  const file = /^file ([0-7]{1,5})$/.exec(text.trim());
  if (file) return { kind: 'file', mode: Number.parseInt(file[1]!, 8) };
  return text.trim() === 'folder' ? { kind: 'folder' } : { kind: 'absent' };
}
