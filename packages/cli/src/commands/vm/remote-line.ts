/**
 * Runs the line that it is given, in the form that `escaped` makes, with the login shell of the user, and ends with its exit
 * status: 128 and the signal's number where a signal ended it, which sshd would not tell in a form that ssh(1) passes on.
 * The line has the standard error that was given; what this shell itself would say there of a signal goes nowhere. The
 * keys ^C and ^\ are the line's, as if this shell were not there. A bash at a level above the first does not read its
 * .bashrc, which the one that sshd started has done.
 */
const script =
  'trap : INT QUIT; exec 3>&2 2>/dev/null; (export SHLVL=1; exec "${SHELL:-sh}" -c "$(printf %b "$1")" 2>&3 3>&-); exit $?';

/**
 * Pure. A line for the login shell of a guest's user, wrapped so that its exit status tells of signals. Any shell must read
 * it (sh, zsh, fish, csh), so in its single quotes stands nothing that one of them takes for more than itself.
 */
export const remoteLine = (line: string): string => `exec sh -c '${script}' sh '${escaped(line)}'`;

/** As printf(1) reads its `%b`. */
const escaped = (text: string): string =>
  text.replaceAll(
    /[\\'!\p{Cc}]/gu,
    (character) => `\\0${character.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
