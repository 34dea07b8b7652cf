import type { SHELLS } from '../formats.ts';

// Bash splits words at "=" and ":" too (COMP_WORDBREAKS); what belongs together is put together again for the question, and
// what is already there taken off the answers.
const BASH = `# bash completion for bulkhead: source <(bulkhead completion bash)
_bulkhead() {
  local -a words=()
  local at part line kept= glue=
  for ((at = 1; at <= COMP_CWORD; at++)); do
    part=\${COMP_WORDS[at]}
    if [[ $part == [=:]* && \${#words[@]} -gt 0 ]]; then
      words[\${#words[@]}-1]+=$part glue=1
    elif [[ -n $glue ]]; then
      words[\${#words[@]}-1]+=$part glue=
    else
      words+=("$part")
    fi
  done
  local current=\${words[\${#words[@]}-1]} last=\${COMP_WORDS[COMP_CWORD]}
  [[ $last == [=:] ]] && last=
  kept=\${current%"$last"}
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$last")
    else
      line=\${line%%$'\\t'*}
      [[ $line == *[=:/] ]] && compopt -o nospace 2>/dev/null
      COMPREPLY+=("\${line#"$kept"}")
    fi
  done < <("\${COMP_WORDS[0]}" __complete -- "\${words[@]}" 2>/dev/null)
}
complete -F _bulkhead bulkhead
`;

const ZSH = `#compdef bulkhead
# zsh completion for bulkhead: put it into a directory of $fpath, as _bulkhead
_bulkhead() {
  local line word
  local -a candidates
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      [[ $PREFIX == --*=* ]] && compset -P '*='
      _files
    else
      word=\${\${line%%$'\\t'*}//:/\\\\:}
      [[ $line == *$'\\t'* ]] && word+=:\${line#*$'\\t'}
      candidates+=("$word")
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
            set -l current (commandline -ct)
            if string match -qr '^--[^=]+=' -- $current
                set -l flag (string split -m 1 = -- $current)[1]
                __fish_complete_path (string split -m 1 = -- $current)[2] | string replace -r '^' -- "$flag="
            else
                __fish_complete_path $current
            end
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
