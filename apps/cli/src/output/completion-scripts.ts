import type { SHELLS } from '../formats.ts';

const BASH = `# bash completion for bulkhead: source <(bulkhead completion bash)
_bulkhead() {
  local current=\${COMP_WORDS[COMP_CWORD]} line
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current")
    else
      COMPREPLY+=("\${line%%$'\\t'*}")
    fi
  done < <("\${COMP_WORDS[0]}" __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _bulkhead bulkhead
`;

const ZSH = `#compdef bulkhead
# zsh completion for bulkhead: put it into a directory of $fpath, as _bulkhead
_bulkhead() {
  local line
  local -a candidates
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      _files
    else
      candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    fi
  done < <("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( \${#candidates} )) && _describe 'bulkhead' candidates
}
if [[ $funcstack[1] == _bulkhead ]]; then
  _bulkhead "$@"
else
  compdef _bulkhead bulkhead
fi
`;

const FISH = `# fish completion for bulkhead: put it into ~/.config/fish/completions/bulkhead.fish
function __bulkhead_complete
    set -l words (commandline -opc) (commandline -ct)
    for line in ($words[1] __complete -- $words[2..-1] 2>/dev/null)
        if test "$line" = ":files"
            __fish_complete_path (commandline -ct)
        else
            echo $line
        end
    end
end
complete -c bulkhead -f -a '(__bulkhead_complete)'
`;

/** Each asks `bulkhead __complete` for what fits. */
export const scripts: Readonly<Record<(typeof SHELLS)[number], string>> = {
  bash: BASH,
  zsh: ZSH,
  fish: FISH,
};
