/** Completion scripts. Each calls `rollcall __complete` and shows its candidates. */

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** Bash splits words at `=` and `:`, so the script reads the line. For `--option=value`, bash replaces only the value. */
const BASH = `# bash completion for rollcall. To load it, run: source <(rollcall completion bash)
_rollcall() {
  local line=\${COMP_LINE:0:COMP_POINT} value
  local -a words
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  COMPREPLY=()
  while IFS=$'\\t' read -r value _; do
    case $value in
      :files) compopt -o default ;;
      :nospace) compopt -o nospace ;;
      :*) ;;
      --*=*) COMPREPLY+=("\${value#*=}") ;;
      *) COMPREPLY+=("$value") ;;
    esac
  done < <("$1" __complete -- "\${words[@]:1}" 2>/dev/null)
}
complete -F _rollcall rollcall kubectl-rollcall
`;

const ZSH = `#compdef rollcall kubectl-rollcall
# zsh completion for rollcall. To load it, run: source <(rollcall completion zsh)
_rollcall() {
  local line directive value
  local -a described
  for line in "\${(@f)$("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    case $line in
      :*) directive=\${line#:} ;;
      ?*)
        value=\${line%%$'\\t'*}
        described+=("\${value//:/\\\\:}:\${line#*$'\\t'}")
        ;;
    esac
  done
  case $directive in
    files) _files ;;
    nospace) _describe rollcall described -S '' ;;
    *) _describe rollcall described ;;
  esac
}
if [[ \${funcstack[1]} == _rollcall ]]; then
  _rollcall "$@"
else
  compdef _rollcall rollcall kubectl-rollcall
fi
`;

const FISH = `# fish completion for rollcall. To load it, run: rollcall completion fish | source
function __rollcall_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l answer ($words[1] __complete -- $words[2..-1] "$current" 2>/dev/null)
    string match --invert --regex '^:' -- $answer
    if contains -- :files $answer
        __fish_complete_path "$current"
    end
end
complete --command rollcall --no-files --arguments '(__rollcall_complete)'
complete --command kubectl-rollcall --no-files --arguments '(__rollcall_complete)'
`;

export function completionScript(shell: Shell): string {
  return { bash: BASH, zsh: ZSH, fish: FISH }[shell];
}
