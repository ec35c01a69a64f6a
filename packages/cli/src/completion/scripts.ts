/**
 * The shells ask "ignite complete" for everything: what is offered is what this very program takes, and what is there
 * now. A script therefore serves every later version too.
 */
export const scripts = {
  bash: `# bash completion for ignite and ignited
_ignite() {
  local line="\${COMP_LINE:0:COMP_POINT}" text cut='' own='' words=() found=()
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  [[ \${words[0]##*/} == ignited ]] && own=--ignited
  local last="\${words[-1]}" breaks="\${COMP_WORDBREAKS//[^=:]/}"
  # Where bash takes what follows "=" or ":" for a word of its own, only that is completed.
  [[ -n $breaks && $last == *[$breaks]* ]] && cut="\${last%"\${last##*[$breaks]}"}"
  while IFS=$'\\t' read -r text _; do
    case $text in
      :files) compopt -o filenames; while IFS= read -r text; do found+=("$text"); done < <(compgen -f -- "\${last#"$cut"}") ;;
      :directories) compopt -o filenames; while IFS= read -r text; do found+=("$text"); done < <(compgen -d -- "\${last#"$cut"}") ;;
      *) found+=("\${text#"$cut"}") ;;
    esac
  done < <("\${words[0]}" complete $own -- "\${words[@]:1}" 2>/dev/null)
  [[ \${#found[@]} -eq 1 && \${found[0]} == *: ]] && compopt -o nospace
  COMPREPLY=("\${found[@]}")
}
complete -F _ignite ignite ignited
`,
  zsh: `#compdef ignite ignited
# zsh completion for ignite and ignited
_ignite() {
  local -a words_so_far lines own described plain
  local line text help result=1
  words_so_far=("\${(@)words[2,CURRENT]}")
  [[ \${words[1]:t} == ignited ]] && own=(--ignited)
  lines=("\${(@f)$(\${words[1]} complete $own -- "\${words_so_far[@]}" 2>/dev/null)}")
  for line in $lines; do
    text=\${line%%$'\\t'*} help=\${line#*$'\\t'}
    case $text in
      :files) _files && result=0 ;;
      :directories) _files -/ && result=0 ;;
      *:) plain+=("$text") ;;
      ?*) described+=("\${text//:/\\\\:}\${help:+:$help}") ;;
    esac
  done
  (( $#described )) && _describe -V ignite described && result=0
  (( $#plain )) && compadd -S '' -- $plain && result=0
  return result
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _ignite "$@"
else
  compdef _ignite ignite ignited
fi
`,
  fish: `# fish completion for ignite and ignited
function __ignite_complete
  set -l words (commandline -opc)
  set -l last (commandline -ct)
  set -l own
  string match -q '*ignited' -- $words[1]; and set own --ignited
  for line in ($words[1] complete $own -- $words[2..] $last 2>/dev/null)
    switch $line
      case ':files'
        __fish_complete_path (string replace -r '^--[^=]*=' '' -- $last)
      case ':directories'
        __fish_complete_directories (string replace -r '^--[^=]*=' '' -- $last)
      case '*'
        echo $line
    end
  end
end
complete -c ignite -f -a '(__ignite_complete)'
complete -c ignited -f -a '(__ignite_complete)'
`,
} as const;
